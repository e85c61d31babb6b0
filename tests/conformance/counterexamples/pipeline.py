"""Services whose CI lets mistakes through (CIC)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.hooks import NOT_IN_CI as WITHOUT_HOOKS
from conformance.counterexamples.style import LONG_COPIES
from conformance.counterexamples.testing import LOW, NOT_IN_CI

_WORKFLOW = ".github/workflows/ci.yml"
_TASKFILE = "Taskfile.yml"
_UNLINTED = Spoiled(
    Edit(_TASKFILE, "uv run ruff check\n", "uv run ruff linter\n"),
    says="no step of CI lints",
)
_TANGLED = "".join(f"    if n == {n}:\n        n += 1\n" for n in range(12))

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "CIC-01": (
        Spoiled(
            Edit(_WORKFLOW, "pull_request:", "workflow_dispatch:"),
            says="on pull requests",
        ),
    ),
    "CIC-02": (
        Spoiled(
            Edit(_WORKFLOW, "actions/checkout@", "actions/labeler@"),
            says="no step checks the code out",
        ),
        Spoiled(
            Edit(_WORKFLOW, "uv sync --locked", "uv sync"),
            says="installs what is locked",
        ),
    ),
    "CIC-03": (
        _UNLINTED,
        Spoiled(
            Edit(_TASKFILE, "ruff format --check", "ruff format"),
            says="checks the format",
        ),
    ),
    "CIC-04": (
        Spoiled(Edit(_TASKFILE, "uv run mypy", "uv run true"), says="checks types"),
    ),
    "CIC-05": (
        Spoiled(Edit(_TASKFILE, "pip-audit", "pip-list"), says="known vulnerabilities"),
    ),
    "CIC-06": (
        NOT_IN_CI,
        Spoiled(
            Edit(_WORKFLOW, "coverage xml", "coverage json"),
            says="writes the coverage as XML",
        ),
        LOW,
        Spoiled(
            Edit(_TASKFILE, "pytest tests -n auto --cov", "pytest tests/unit --cov"),
            says="only some of the tests",
        ),
    ),
    "CIC-07": (
        Spoiled(Edit(_WORKFLOW, "GITHUB_STEP_SUMMARY", "HOME/summary"), says="Codecov"),
    ),
    "CIC-16": (
        Spoiled(
            Edit(_TASKFILE, "scripts.migration_lint", "scripts.errors"),
            says="tries the migrations",
        ),
    ),
    "CIC-17": (NOT_IN_CI,),
    "CIC-18": (
        Spoiled(Edit(_TASKFILE, "duplicate-code", "imports"), says="finds copies"),
        LONG_COPIES,
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Adds."""\n\n\ndef add(n: int) -> int:\n    """Add."""\n'
                f"{_TANGLED}    return n\n",
            )
        ),
        _UNLINTED,
    ),
    "CIC-19": (WITHOUT_HOOKS,),
}
