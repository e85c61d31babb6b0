"""What CI does with a change (CIC)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from plumb.check import Check, Finding, check
from plumb.checks.logs import json_checks
from plumb.checks.style import short_copies
from plumb.checks.testing import covered, tested_in_ci
from plumb.commands import ci_runs, in_ci, triggers, with_changes
from plumb.kinds import rules
from plumb.service import Service

_WORKFLOWS = ".github/workflows/*.y*ml"


def _workflows(service: Service) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in service.glob(_WORKFLOWS):
        content = service.yaml(path)
        if isinstance(content, dict):
            yield path, content


def _jobs(service: Service) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, workflow in _workflows(service):
        if not with_changes(path, workflow):
            continue
        jobs = workflow.get("jobs")
        for job in jobs.values() if isinstance(jobs, dict) else ():
            if isinstance(job, dict):
                yield path, job


def _steps(service: Service) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, job in _jobs(service):
        for step in job.get("steps") or ():
            if isinstance(step, dict):
                yield path, step


@check("yaml", "workflows run on pushes to `main` and on pull requests")
def _triggered(service: Service) -> Iterator[Finding]:
    started = [triggers(workflow) for _, workflow in _workflows(service)]
    if not any("pull_request" in each for each in started):
        yield Finding("no workflow runs on pull requests", ".github/workflows")
    pushes = [each["push"] or {} for each in started if "push" in each]
    branches = [each.get("branches", ["main"]) for each in pushes]
    if not any({"main", "master", "**"} & set(each) for each in branches):
        yield Finding("no workflow runs on a push to main", ".github/workflows")


@check("yaml", "CI checks out, sets Python up, and caches what it installs")
def _prepared(service: Service) -> Iterator[Finding]:
    used = [
        (str(step.get("uses", "")), step.get("with") or {})
        for _, step in _steps(service)
    ]
    names = " ".join(name for name, _ in used)
    if "actions/checkout@" not in names:
        yield Finding("no step checks the code out", ".github/workflows")
    if not re.search(r"setup-(uv|python)@", names):
        yield Finding("no step sets Python up", ".github/workflows")
    cached = "actions/cache@" in names or any(
        # setup-uv caches unless it is told not to.
        options.get("enable-cache", "setup-uv@" in name or "cache" in options)
        not in {False, "false"}
        for name, options in used
        if re.search(r"setup-(uv|python)@", name)
    )
    if not cached:
        yield Finding("no step caches what is installed", ".github/workflows")


@check("yaml", "CI runs all tests, and what fails is not passed over")
def whole_suite(service: Service) -> Iterator[Finding]:
    """Tell whether some tests are left out, or their failures."""
    steps = in_ci(service, in_vain=True)
    lines = [each for each in steps if re.search(r"\bpytest\b", each.line)]
    part = re.compile(r"pytest\b.*( -[km] | --ignore| --deselect| tests/\w)")
    if lines and all(part.search(line) for _, line in lines):
        yield Finding("CI runs only some of the tests", lines[0].path)
    for path, line in lines:
        if re.search(r"\|\| *(true|:)", line):
            yield Finding("CI goes on if tests fail", path)
    for path, work in [*_jobs(service), *_steps(service)]:
        if work.get("continue-on-error") is True:
            yield Finding("goes on where something failed: continue-on-error", path)


@check("yaml", "CI publishes the coverage")
def _published(service: Service) -> Iterator[Finding]:
    told = [line for _, line in in_ci(service)]
    told += [str(step) for _, step in _steps(service) if "uses" in step]
    published = re.compile(
        r"codecov|coveralls|upload-artifact.*cov|cov.*GITHUB_STEP_SUMMARY", re.DOTALL
    )
    if not any(published.search(each) for each in told):
        said = (
            "nobody sees the coverage that CI measures: Codecov, or the job's summary"
        )
        yield Finding(said, ".github/workflows")


_linted = ci_runs(r"\bruff check", "lints")

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "CIC-01": (_triggered,),
    "CIC-02": (
        _prepared,
        ci_runs(
            r"uv sync .*--(locked|frozen)|poetry install", "installs what is locked"
        ),
    ),
    "CIC-03": (_linted, ci_runs(r"ruff format .*--(check|diff)", "checks the format")),
    "CIC-04": (ci_runs(r"\b(mypy|pyright|basedpyright)\b", "checks types"),),
    "CIC-05": (
        ci_runs(
            r"uv audit|pip-audit|osv-scanner|safety (scan|check)|trivy",
            "looks for known vulnerabilities",
        ),
    ),
    "CIC-06": (
        tested_in_ci,
        ci_runs(r"--cov-report[= ]xml|coverage xml", "writes the coverage as XML"),
        covered,
        whole_suite,
    ),
    "CIC-07": (_published,),
    "CIC-16": (
        ci_runs(
            r"alembic (-\S+ )*upgrade .*--sql|scripts\.migration_lint"
            r"|atlas migrate (lint|validate)|\bsquawk\b",
            "tries the migrations without applying them",
        ),
    ),
    "CIC-17": json_checks,
    "CIC-18": (
        ci_runs(r"duplicate-code|jscpd|--enable=R0801", "finds copies"),
        short_copies,
        rules("C901"),
        _linted,
    ),
    "CIC-19": (
        ci_runs(r"(pre-commit|prek) run .*(--all-files|-a\b)", "runs all hooks"),
    ),
}
