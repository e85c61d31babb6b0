"""Projects that lack what their kind needs (KND)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "KND-01": (
        Spoiled(Remove("tests/unit"), says="tests/unit is missing"),
        Spoiled(Remove("{src}/services"), says="services is missing"),
        Spoiled(
            Remove("{src}/shared"),
            says="shared or src/acme/common is missing",
            answers={"layout": "domain"},
        ),
    ),
    "KND-03": (
        Spoiled(
            Edit("{src}/cli.py", "import typer", "import sys as typer"),
            says="build it on Typer",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/e2e/test_serve.py::test_help_needs_no_settings": {
        "KND-03": Spoiled(Edit("{src}/cli.py", "def serve(", "def start("))
    },
}
