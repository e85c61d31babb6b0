"""Services whose repository takes in anything (GIT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled
from conformance.counterexamples.testing import NOT_IN_CI

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "GIT-01": (
        Spoiled(
            Edit(".pre-commit-config.yaml", "|chore|", "|"),
            Edit(
                ".pre-commit-config.yaml",
                "repos:\n",
                "# Conventional commits.\nrepos:\n",
            ),
            says="refuses messages that begin with chore",
        ),
    ),
    "GIT-07": (
        Spoiled(Edit(".gitignore", "/logs/", "/lists/"), says="ignore logs/app.log"),
    ),
    "GIT-10": (
        Spoiled(Edit(".gitignore", ".venv/", ".env/"), says="ignore .venv/bin/python"),
    ),
    "GIT-14": (
        NOT_IN_CI,
        Spoiled(
            Edit(
                ".github/workflows/ci.yml",
                "    timeout-minutes: 15\n",
                "    timeout-minutes: 15\n    continue-on-error: true\n",
            ),
            says="goes on where something failed",
        ),
    ),
    "GIT-15": (
        Spoiled(
            Edit("pyproject.toml", '\nversion = "0.1.0"', '\nversion = "1"'),
            says="the version is '1'",
        ),
        Spoiled(
            Edit("CHANGELOG.md", "Semantic Versioning", "what we like"),
            Edit("CHANGELOG.md", "semver.org", "example.org"),
            says="says that versions are semantic",
        ),
    ),
}
