"""The repository's own code and pages are held to its own rules."""

import re
import sys
from pathlib import Path

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


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_lead_to_files(page: Path) -> None:
    """A relative link names a file or a folder of the repository."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?![a-z]+:|#)([^)#]+)", text)

    assert [link for link in links if not (page.parent / link).exists()] == []
