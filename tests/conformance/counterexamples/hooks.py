"""Services that let anything be committed (PRE)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write

_FILE = ".pre-commit-config.yaml"


def _hook(old: str, new: str, says: str) -> Spoiled:
    return Spoiled(Edit(_FILE, old, new), says=says)


_WITHOUT_LINTER = (
    Edit(_FILE, "ruff check", "ruff linter"),
    Edit(_FILE, "ruff-check", "ruff-linter"),
)
NOT_IN_CI = Spoiled(
    Edit(".github/workflows/ci.yml", "task hooks", "task lint"),
    says="no step of CI runs all hooks",
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PRE-01": (
        Spoiled(Remove(_FILE), says=_FILE),
        Spoiled(
            Edit("Taskfile.yml", "pre-commit install", "pre-commit --version"),
            says="nobody is told",
        ),
    ),
    "PRE-02": (
        _hook("trailing-whitespace", "blanks", "mends trailing whitespace"),
        _hook("end-of-file-fixer", "ends", "mends the ends of files"),
    ),
    "PRE-03": (_hook("check-yaml", "check-xml", "reads YAML"),),
    "PRE-04": (
        _hook("check-json", "check-xml", "reads JSON"),
        _hook("check-toml", "check-xml", "reads TOML"),
    ),
    "PRE-05": (_hook("--maxkb=500", "--maxkb=5000", "lets files of 5000 kB in"),),
    "PRE-06": (_hook("(<{7}|>{7})", "conflict", "refuses what a merge left"),),
    "PRE-07": (_hook("PRIVATE KEY", "CONFLICT", "refuses private keys"),),
    "PRE-08": (
        Spoiled(Edit("pyproject.toml", '"T10"', '"T20"'), says="T100"),
        _hook("mixed-line-ending", "check-xml", "makes lines end alike"),
    ),
    "PRE-09": (
        _hook(
            "ruff check --fix",
            "ruff check",
            "no hook of the stage pre-commit runs Ruff",
        ),
    ),
    "PRE-10": (
        Spoiled(
            Edit(_FILE, "ruff format", "ruff linter"),
            Edit(_FILE, "ruff-format", "ruff-linter"),
            says="formats the code",
        ),
    ),
    "PRE-11": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Adds."""\n\nimport sys\nimport os\n\nsys, os\n',
            )
        ),
        Spoiled(*_WITHOUT_LINTER, says="sorts imports"),
    ),
    "PRE-12": (_hook("mypy", "types", "no hook checks types"),),
    "PRE-16": (_hook("pytest -q tests/unit", "pytest -q", "runs the quick tests"),),
    "PRE-17": (_hook("[pre-push]", "[manual]", "measures coverage"),),
    "PRE-18": (_hook("[commit-msg]", "[manual]", "reads the message"),),
    "PRE-19": (
        _hook("rumdl@0.3.0 check --fix", "rumdl@0.3.0 check", "lints Markdown"),
    ),
    "PRE-20": (_hook("python3.13", "python3.11", "not on Python 3.13"),),
    "PRE-21": (_hook("rumdl@0.3.0", "rumdl", "markdownlint takes any version"),),
    "PRE-22": (
        _hook("uv run ruff check", "ruff check", "ruff-check does not run through uv"),
    ),
    "PRE-23": (NOT_IN_CI,),
}
