"""Services that let anything be committed (PRE)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write

_FILE = ".pre-commit-config.yaml"


def _hook(old: str, new: str, says: str) -> Spoiled:
    return Spoiled(Edit(_FILE, old, new), says=says)


def _entry(command: str, says: str, instead: str = "true") -> Spoiled:
    """Change what a hook runs; its id goes on saying the opposite."""
    return _hook(f"entry: {command}", f"entry: {instead}", says)


_SECRETS = "uv run detect-secrets-hook --no-verify"
_UTILITY = "uvx --from pre-commit-hooks==6.0.0"
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
        _entry(
            f"{_UTILITY} trailing-whitespace-fixer", "mends trailing whitespace", "true"
        ),
        _hook(
            "end-of-file-fixer\n        types: [text]",
            "end-of-file-fixer\n        types: [image]",
            "mends the ends of files",
        ),
    ),
    "PRE-03": (_entry(f"{_UTILITY} check-yaml", "reads YAML"),),
    "PRE-04": (
        _entry(f"{_UTILITY} check-json", "reads JSON"),
        _hook("types: [toml]", "types: [toml]\n        stages: [manual]", "reads TOML"),
    ),
    "PRE-05": (
        Spoiled(
            Edit(_FILE, "--maxkb=500", "--maxkb=5000"),
            says="lets files of 5000 kB in",
        ),
    ),
    "PRE-06": (_entry("'^(<{7}|>{7}) '", "refuses what a merge left", "'^<{9}'"),),
    "PRE-07": (
        Spoiled(
            Edit(
                _FILE,
                "PRIVATE KEY'\n        types: [text]",
                "PRIVATE KEY'\n        types: [image]",
            ),
            Edit(_FILE, _SECRETS, "true"),
            says="refuses private keys",
        ),
    ),
    "PRE-08": (
        Spoiled(Edit("pyproject.toml", '"T10"', '"T20"'), says="T100"),
        _entry(f"{_UTILITY} mixed-line-ending", "makes lines end alike"),
    ),
    "PRE-09": (
        _entry(
            "uv run ruff check --fix",
            "no hook of the stage pre-commit runs Ruff",
            "uv run ruff check",
        ),
    ),
    "PRE-10": (_entry("uv run ruff format", "formats the code"),),
    "PRE-11": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Adds."""\n\nimport sys\nimport os\n\nsys, os\n',
            )
        ),
        _entry("uv run ruff check", "sorts imports"),
    ),
    "PRE-12": (
        _hook(
            "entry: uv run mypy\n",
            "entry: uv run mypy\n        stages: [manual]\n",
            "no hook checks types",
        ),
    ),
    "PRE-14": (_entry(_SECRETS, "looks for secrets"),),
    "PRE-16": (
        _entry("uv run pytest -q tests/unit", "runs the quick tests", "uv run pytest"),
    ),
    "PRE-17": (_entry("uv run pytest tests --cov", "measures coverage"),),
    "PRE-18": (_hook("--multiline, --negate", "--multiline", "reads the message"),),
    "PRE-19": (_hook("--disable MD013", "--disable all", "lints Markdown"),),
    "PRE-20": (_hook("python3.13", "python3.11", "not on Python 3.13"),),
    "PRE-21": (_hook("rumdl@0.3.0", "rumdl", "markdownlint takes any version"),),
    "PRE-22": (
        _hook("uv run ruff check", "ruff check", "ruff-check does not run through uv"),
    ),
    "PRE-23": (NOT_IN_CI,),
}
