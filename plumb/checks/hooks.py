"""What is looked at before a commit and before a push (PRE)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from plumb.check import Check, Finding, check
from plumb.commands import ci_runs
from plumb.kinds import path, rules
from plumb.service import Service

_FILE = ".pre-commit-config.yaml"
_COMMIT = frozenset({"commit", "pre-commit"})
_PINNED = re.compile(r"v?\d+(\.\d+)+\S*|[0-9a-f]{40}")
_LARGEST = 500
_NO_DEBUGGER = rules("T100")


def _configuration(service: Service) -> Mapping[str, Any]:
    content = service.yaml(_FILE)
    return content if isinstance(content, dict) else {}


def hooks_of(service: Service) -> list[Mapping[str, Any]]:
    """Return each hook, with its repository's address and revision."""
    return [
        {**hook, "repo": repository.get("repo", ""), "rev": repository.get("rev", "")}
        for repository in filter(
            _is_mapping, _configuration(service).get("repos") or ()
        )
        for hook in filter(_is_mapping, repository.get("hooks") or ())
    ]


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


def _line(hook: Mapping[str, Any]) -> str:
    """Return what a hook runs: its name, its command and its arguments."""
    given = " ".join(map(str, hook.get("args") or ()))
    return f"{hook.get('id', '')} {hook.get('entry', '')} {given}"


def _stages(service: Service, hook: Mapping[str, Any]) -> set[str]:
    default = _configuration(service).get("default_stages") or ["pre-commit"]
    return set(hook.get("stages") or default)


def hook(*patterns: str, rule: str, stage: str = "pre-commit") -> Check:
    """Demand a hook whose id, command and arguments match all patterns.

    Args:
        patterns: regular expressions.
        rule: what the hook does, such as "formats the code".
        stage: when it runs.
    """

    @check("yaml", f"a hook {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        stages = _COMMIT if stage == "pre-commit" else {stage, stage.split("-")[-1]}
        for each in hooks_of(service):
            if all(re.search(p, _line(each)) for p in patterns) and (
                stages & _stages(service, each)
            ):
                return
        yield Finding(f"no hook of the stage {stage} {rule}", _FILE)

    return judge


@check("text", "people are told to install the hooks")
def _installed(service: Service) -> Iterator[Finding]:
    if not {"pre-commit", "prek"} & service.requirements.keys():
        yield Finding("pre-commit is no dependency; uv add --dev pre-commit")
    pages = (
        "README.md",
        "CONTRIBUTING.md",
        "docs/**/*.md",
        "Taskfile*.y*ml",
        "Makefile",
    )
    told = (service.read(found) for page in pages for found in service.glob(page))
    if not any(re.search(r"(pre-commit|prek) install", page) for page in told):
        yield Finding(
            "nobody is told to install them: uv run pre-commit install", _FILE
        )


@check("yaml", f"a hook refuses files of more than {_LARGEST} kB")
def _no_large_files(service: Service) -> Iterator[Finding]:
    for each in hooks_of(service):
        if "check-added-large-files" in _line(each):
            limit = re.search(r"--maxkb[= ](\d+)", _line(each))
            if limit and int(limit[1]) > _LARGEST:
                yield Finding(f"lets files of {limit[1]} kB in: --maxkb=500", _FILE)
            return
    yield Finding("no hook refuses large files: check-added-large-files", _FILE)


@check("yaml", "a hook, or Ruff's T100 in one, refuses calls of a debugger")
def _no_debugger(service: Service) -> Iterator[Finding]:
    if not any("debug-statement" in _line(each) for each in hooks_of(service)):
        yield from _NO_DEBUGGER.judge(service)


@check("yaml", "the hook that checks types has the project's dependencies")
def _typed(service: Service) -> Iterator[Finding]:
    found = [
        each for each in hooks_of(service) if re.search(r"mypy|pyright", _line(each))
    ]
    if not found:
        yield Finding("no hook checks types", _FILE)
    for each in found:
        own = each["repo"] == "local" and each.get("language") in {
            "system",
            "unsupported",
        }
        if not own and not each.get("additional_dependencies"):
            said = f"{each['id']} does not see what the project depends on: uv run mypy"
            yield Finding(said, _FILE)


@check("yaml", "the Python of hooks is the one of the project")
def _python(service: Service) -> Iterator[Finding]:
    named = (_configuration(service).get("default_language_version") or {}).get(
        "python"
    )
    if not named:
        yield Finding("does not fix default_language_version: python", _FILE)
        return
    wanted = re.search(
        r"3\.\d+",
        service.read(".python-version")
        or str(service.manifest.get("project", {}).get("requires-python", "")),
    )
    if wanted and named != f"python{wanted[0]}":
        yield Finding(f"runs hooks on {named}, not on Python {wanted[0]}", _FILE)


@check("yaml", "hooks have exact versions, and tools the one of the lock")
def _pinned(service: Service) -> Iterator[Finding]:
    locked = {
        each["name"]: each.get("version", "")
        for each in service.toml("uv.lock").get("package", ())
    }
    if not hooks_of(service):
        yield Finding("has no hooks", _FILE)
    for each in hooks_of(service):
        if each["repo"] in {"local", "meta"}:
            if re.search(r"\buvx\b(?!.*(==|@\d))|\buv tool run\b(?!.*==)", _line(each)):
                yield Finding(f"{each['id']} takes any version: name one", _FILE)
            if "uv run" in _line(each) and not locked:
                yield Finding(f"{each['id']} runs what no uv.lock fixes", _FILE)
            continue
        revision = str(each["rev"])
        if not _PINNED.fullmatch(revision):
            said = f"{each['id']} is at {revision or 'no revision'}: name a version"
            yield Finding(said, _FILE)
        for tool in ("ruff", "mypy", "black"):
            version = locked.get(tool)
            if tool in each["repo"] and version and revision.lstrip("v") != version:
                said = f"{each['id']} is {revision}, and the project's {tool} {version}"
                yield Finding(said, _FILE)


@check("yaml", "hooks of the project itself run through uv")
def _through_uv(service: Service) -> Iterator[Finding]:
    for each in hooks_of(service):
        runs = each.get("language") in {"python", "script", "system", "unsupported"}
        through_uv = re.match(r"uvx? ", str(each.get("entry", "")))
        if each["repo"] == "local" and runs and not through_uv:
            yield Finding(f"{each['id']} does not run through uv run", _FILE)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PRE-01": (path(_FILE), _installed),
    "PRE-02": (
        hook(r"trailing-whitespace", rule="mends trailing whitespace"),
        hook(r"end-of-file-fixer", rule="mends the ends of files"),
    ),
    "PRE-03": (hook(r"check-yaml|yamllint", rule="reads YAML"),),
    "PRE-04": (
        hook(r"check-json", rule="reads JSON"),
        hook(r"check-toml|taplo", rule="reads TOML"),
    ),
    "PRE-05": (_no_large_files,),
    "PRE-06": (
        hook(r"check-merge-conflict|<\{7\}|<{7}", rule="refuses what a merge left"),
    ),
    "PRE-07": (
        hook(
            r"detect-private-key|PRIVATE KEY|gitleaks|detect-secrets|trufflehog",
            rule="refuses private keys",
        ),
    ),
    "PRE-08": (
        _no_debugger,
        hook(r"mixed-line-ending", rule="makes lines end alike"),
    ),
    "PRE-09": (hook(r"ruff( |-)check|^ruff ", r"--fix\b", rule="runs Ruff, mending"),),
    "PRE-10": (hook(r"ruff( |-)format|^black\b", rule="formats the code"),),
    "PRE-11": (
        rules("I001"),
        hook(r"ruff( |-)check|^ruff |isort", rule="sorts imports"),
    ),
    "PRE-12": (_typed,),
    "PRE-16": (hook(r"pytest\b.*(tests/|-m |-k )", rule="runs the quick tests"),),
    "PRE-17": (
        hook(r"pytest\b.*--cov|coverage", rule="measures coverage", stage="pre-push"),
    ),
    "PRE-18": (
        hook(
            r"commitizen|commitlint|conventional|feat.*fix|gitlint",
            rule="reads the message",
            stage="commit-msg",
        ),
    ),
    "PRE-19": (
        hook(
            r"markdownlint|rumdl|pymarkdown", r"--fix\b|\bfix\b", rule="lints Markdown"
        ),
    ),
    "PRE-20": (_python,),
    "PRE-21": (_pinned,),
    "PRE-22": (_through_uv,),
    "PRE-23": (
        ci_runs(r"(pre-commit|prek) run .*(--all-files|-a\b)", "runs all hooks"),
    ),
}
