"""What is looked at before a commit and before a push (PRE)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from plumb.check import Check, Finding, check
from plumb.commands import ci_runs
from plumb.kinds import path, rules
from plumb.service import Service, table

_FILE = ".pre-commit-config.yaml"
_COMMIT = frozenset({"commit", "pre-commit"})
_PINNED = re.compile(r"v?\d+(\.\d+)+\S*|[0-9a-f]{40}")
_LARGEST = 500
_VOID = re.compile(r"--exit-zero\b|--disable[= ]all\b|--(help|version)\b")
# What tells the kind of a file, as pre-commit has it, from the end of its path.
_ENDS: Mapping[str, str | tuple[str, ...]] = {
    "json": ".json",
    "markdown": ".md",
    "message": "COMMIT_EDITMSG",
    "python": ".py",
    "toml": ".toml",
    "yaml": (".yaml", ".yml"),
}
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
    """Return what a hook runs: its command and its arguments.

    Its id says that only where it is one of another repository.
    """
    given = " ".join(map(str, hook.get("args") or ()))
    name = hook.get("id", "") if hook["repo"] != "local" else ""
    return f"{name} {hook.get('entry', '')} {given}".lstrip()


def _running(
    service: Service, *patterns: str, stage: str = "pre-commit", kind: str = "python"
) -> Iterator[Mapping[str, Any]]:
    """Yield the hooks that match all patterns, at a stage, on files of a kind."""
    wanted = _COMMIT if stage == "pre-commit" else {stage, stage.split("-")[-1]}
    default = _configuration(service).get("default_stages") or ["pre-commit"]
    for each in hooks_of(service):
        if stage == "commit-msg" and each["repo"] != "local":
            default = wanted  # which such hooks say by themselves
        if (
            wanted & set(each.get("stages") or default)
            and not _VOID.search(_line(each))
            and all(re.search(pattern, _line(each)) for pattern in patterns)
            and _sees(service, each, kind)
        ):
            yield each


def _sees(service: Service, hook: Mapping[str, Any], kind: str) -> bool:
    tags = {"file", "text", "non-executable", kind}
    either = set(hook.get("types_or") or tags)
    if not (set(hook.get("types") or ()) <= tags and tags & either):
        return False
    files = [path for path in service.paths if path.endswith(_ENDS[kind])]
    return not files or any(
        all(
            re.search(limit.get("files") or "", path)
            and not re.search(limit.get("exclude") or "^$", path)
            for limit in (_configuration(service), hook)
        )
        for path in files
    )


def _refuses(hook: Mapping[str, Any], text: str) -> bool:
    """Whether a hook that searches for a pattern stops at a text."""
    given = set(hook.get("args") or ())
    case = re.IGNORECASE if given & {"-i", "--ignore-case"} else re.NOFLAG
    whole = "--multiline" in given
    pattern = re.compile(str(hook.get("entry")), case | re.MULTILINE | re.DOTALL)
    parts = [text] if whole else text.splitlines()
    return any(map(pattern.search, parts)) != ("--negate" in given)


def hook(
    *patterns: str, rule: str, stage: str = "pre-commit", kind: str = "python"
) -> Check:
    """Demand a hook whose id, command and arguments match all patterns.

    Args:
        patterns: regular expressions.
        rule: what the hook does, such as "formats the code".
        stage: when it runs.
        kind: of which files it looks at.
    """

    @check("yaml", f"a hook {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        if not any(_running(service, *patterns, stage=stage, kind=kind)):
            yield Finding(f"no hook of the stage {stage} {rule}", _FILE)

    return judge


def searching(  # noqa: PLR0913
    pattern: str,
    bad: str,
    good: str,
    *,
    rule: str,
    stage: str = "pre-commit",
    kind: str = "python",
) -> Check:
    """Demand a hook that matches a pattern, or else searches texts by itself.

    Args:
        pattern: what tells a tool for it.
        bad: a text that it refuses.
        good: a text that it lets pass.
        rule: what the hook does.
        stage: when it runs.
        kind: of which files it looks at.
    """

    @check("yaml", f"a hook {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        for each in _running(service, stage=stage, kind=kind):
            if each.get("language") != "pygrep":
                found = re.search(pattern, _line(each)) is not None
            else:
                found = _refuses(each, bad) and not _refuses(each, good)
            if found:
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
    for each in _running(service, "check-added-large-files"):
        limit = re.search(r"--maxkb[= ](\d+)", _line(each))
        if limit and int(limit[1]) > _LARGEST:
            yield Finding(f"lets files of {limit[1]} kB in: --maxkb=500", _FILE)
        return
    yield Finding("no hook refuses large files: check-added-large-files", _FILE)


@check("yaml", "a hook, or Ruff's T100 in one, refuses calls of a debugger")
def _no_debugger(service: Service) -> Iterator[Finding]:
    if not any(_running(service, "debug-statement")):
        if not any(_running(service, "ruff( |-)check|^ruff ")):
            yield Finding("no hook runs Ruff, which refuses them", _FILE)
        yield from _NO_DEBUGGER.judge(service)


@check("yaml", "the hook that checks types has the project's dependencies")
def _typed(service: Service) -> Iterator[Finding]:
    found = list(_running(service, "mypy|pyright"))
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
        or str(table(service.manifest, "project").get("requires-python", "")),
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
    "PRE-03": (hook(r"check-yaml|yamllint", rule="reads YAML", kind="yaml"),),
    "PRE-04": (
        hook(r"check-json", rule="reads JSON", kind="json"),
        hook(r"check-toml|taplo", rule="reads TOML", kind="toml"),
    ),
    "PRE-05": (_no_large_files,),
    "PRE-06": (
        searching(
            r"check-merge-conflict",
            "one\n<<<<<<< HEAD\ntwo\n=======\n>>>>>>> main\n",
            "one\n",
            rule="refuses what a merge left",
        ),
    ),
    "PRE-07": (
        searching(
            r"detect-private-key|gitleaks|detect-secrets|trufflehog",
            "-----BEGIN RSA PRIVATE KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\n",
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
    "PRE-14": (hook(r"detect-secrets", rule="looks for secrets"),),
    "PRE-16": (hook(r"pytest\b.*(tests/|-m |-k )", rule="runs the quick tests"),),
    "PRE-17": (
        hook(r"pytest\b.*--cov|coverage", rule="measures coverage", stage="pre-push"),
    ),
    "PRE-18": (
        searching(
            r"commitizen|commitlint|conventional|gitlint",
            "Changed things\n",
            "fix: read the message\n",
            rule="reads the message",
            stage="commit-msg",
            kind="message",
        ),
    ),
    "PRE-19": (
        hook(
            r"markdownlint|rumdl|pymarkdown",
            r"--fix\b|\bfix\b",
            rule="lints Markdown",
            kind="markdown",
        ),
    ),
    "PRE-20": (_python,),
    "PRE-21": (_pinned,),
    "PRE-22": (_through_uv,),
    "PRE-23": (
        ci_runs(r"(pre-commit|prek) run .*(--all-files|-a\b)", "runs all hooks"),
    ),
}
