"""The repository's own code is held to its own rules."""

import sys

import pytest

from harness.process import run
from harness.render import ROOT


@pytest.mark.parametrize(
    "command",
    ["ruff check --no-cache", "ruff format --check --no-cache", "mypy"],
    ids=lambda command: command.split(" --")[0],
)
def test_python_is_clean(command: str) -> None:
    """Ruff and mypy in strict mode have nothing to say."""
    run([sys.executable, "-m", *command.split()], ROOT)
