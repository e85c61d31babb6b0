"""What goes into the repository, and how (GIT)."""

import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.hooks import hooks_of
from plumb.checks.pipeline import whole_suite
from plumb.checks.testing import tested_in_ci
from plumb.kinds import ignored, text
from plumb.service import Service, table

_TYPES = ("feat", "fix", "docs", "refactor", "test", "chore", "perf", "ci")
_KNOWS_TYPES = re.compile(r"commitizen|commitlint|conventional|gitlint")
_HOOKS = ".pre-commit-config.yaml"


@check("yaml", f"what reads commit messages knows {', '.join(_TYPES)}")
def _types(service: Service) -> Iterator[Finding]:
    tools = [*table(service.manifest, "tool")]
    for hook in hooks_of(service):
        tools += [str(hook.get("id", "")), str(hook["repo"])]
    if any(map(_KNOWS_TYPES.search, tools)):
        return
    entries = [
        str(each.get("entry", "")) + str(each.get("args", ""))
        for each in hooks_of(service)
        if "commit-msg" in (each.get("stages") or ())
    ]
    if not entries:
        yield Finding("nothing reads the messages of commits", _HOOKS)
    for name in _TYPES if entries else ():
        if not any(re.search(rf"\b{name}\b", entry) for entry in entries):
            yield Finding(f"refuses messages that begin with {name}:", _HOOKS)


@check("toml", "the version has three numbers")
def _version(service: Service) -> Iterator[Finding]:
    project = table(service.manifest, "project")
    version = project.get("version", "")
    if "version" in project.get("dynamic", ()):
        return
    if not re.fullmatch(r"\d+\.\d+\.\d+([-+.a-z].*)?", version):
        yield Finding(f"the version is {version!r}, not like 1.2.3", "pyproject.toml")


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "GIT-01": (_types,),
    "GIT-07": (
        ignored(
            ".env",
            ".env.prod",
            "logs/app.log",
            "src/service/__pycache__/main.cpython-313.pyc",
            ".pytest_cache/README.md",
            keeps=[".env.example"],
        ),
    ),
    "GIT-10": (
        ignored(
            ".venv/bin/python",
            "build/lib/service.py",
            "dist/service.whl",
            "service.egg-info/PKG-INFO",
            ".coverage",
            "htmlcov/index.html",
            ".mypy_cache/CACHEDIR.TAG",
            ".ruff_cache/CACHEDIR.TAG",
            ".idea/workspace.xml",
            ".vscode/settings.json",
            ".DS_Store",
            keeps=["src/service/main.py", "tests/test_main.py", "uv.lock"],
        ),
    ),
    "GIT-14": (tested_in_ci, whole_suite),
    "GIT-15": (
        _version,
        text(
            "CHANGELOG.md",
            lambda changes: "semver.org" in changes or "Semantic Versioning" in changes,
            "says that versions are semantic",
        ),
    ),
}
