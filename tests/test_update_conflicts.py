"""What becomes of lines that a project and the template's next version both change.

All cases go through one update of a real project, each in a file of its own.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.history import Project, Releases
from harness.next_version import change
from harness.process import run
from harness.team import edit, substitute

CASES = "docs/cases"
MARKED = "conflict"
pytestmark = pytest.mark.xdist_group("conflicts")


@dataclass(frozen=True)
class Case:
    """A file, of which both sides may have another idea.

    Attributes:
        base: what the version has that the project was made from; None for no file.
        ours: what the project made of it.
        theirs: what the next version has.
        after: what it is after the update: a text, `MARKED`, or None for no file.
    """

    base: str | None
    ours: str | None
    theirs: str | None
    after: str | None


def lines(text: str) -> str:
    """Return the words of a text as lines."""
    return "".join(f"{word}\n" for word in text.split())


TABLE = {
    "the same line": Case(lines("a b c"), lines("a ours c"), lines("a new c"), MARKED),
    "the same line, to the same": Case(
        lines("a b c"), lines("a new c"), lines("a new c"), lines("a new c")
    ),
    "adjacent lines": Case(
        lines("a b c d"), lines("a ours c d"), lines("a b new d"), MARKED
    ),
    "one line between": Case(
        lines("a b c d e"),
        lines("a ours c d e"),
        lines("a b c new e"),
        lines("a ours c new e"),
    ),
    "a pin, to different versions": Case(
        lines("[ fastapi>=1.0 ruff>=1.0 ]"),
        lines("[ fastapi>=1.1 ruff>=1.0 ]"),
        lines("[ fastapi>=1.2 ruff>=1.0 ]"),
        MARKED,
    ),
    "a pin to the same version, beside a newer one of the template": Case(
        lines("[ fastapi>=1.0 ruff>=1.0 ]"),
        lines("[ fastapi>=1.2 ruff>=1.0 ]"),
        lines("[ fastapi>=1.2 ruff>=1.1 ]"),
        MARKED,
    ),
    "both append to a list": Case(
        lines("[ a b ]"), lines("[ a b ours ]"), lines("[ a b new ]"), MARKED
    ),
    "the project appends, the template inserts": Case(
        lines("[ a b c ]"),
        lines("[ a b c ours ]"),
        lines("[ a new b c ]"),
        lines("[ a new b c ours ]"),
    ),
    "both append to the file": Case(
        lines("a b"), lines("a b ours"), lines("a b new"), MARKED
    ),
    "both insert at one place": Case(
        lines("a b"), lines("a ours b"), lines("a new b"), MARKED
    ),
    "a block of the project's, and its neighbour changes": Case(
        lines("a b begin end c"),
        lines("a b begin ours end c"),
        lines("a new begin end c"),
        lines("a new begin ours end c"),
    ),
    "the template changes what is in the project's block": Case(
        lines("begin example end"),
        lines("begin ours end"),
        lines("begin example2 end"),
        MARKED,
    ),
    "another format beside a change": Case(
        lines("x='1' y='2'"), lines('x="1" y="2"'), lines("x='1' y='3'"), MARKED
    ),
    "a newline at the end, where the template adds": Case(
        "a\nb", "a\nb\n", "a\nb\nnew\n", MARKED
    ),
    # Clean to git, and yet a mapping that has the key twice.
    "the same key at two places": Case(
        lines("a: b: c: d: e:"),
        lines("a: x: b: c: d: e:"),
        lines("a: b: c: d: e: x:"),
        lines("a: x: b: c: d: e: x:"),
    ),
    "both add the file": Case(None, lines("ours"), lines("new"), MARKED),
    "both add the file, with the same text": Case(
        None, lines("new"), lines("new"), lines("new")
    ),
    "the project alone adds the file": Case(None, lines("ours"), None, lines("ours")),
    "the project alone changes it": Case(
        lines("a b"), lines("a ours"), lines("a b"), lines("a ours")
    ),
    "the template alone changes it": Case(
        lines("a b"), lines("a b"), lines("a new"), lines("a new")
    ),
    "the project deletes, the template changes": Case(
        lines("a b"), None, lines("a new"), None
    ),
    "both delete": Case(lines("a b"), None, None, None),
    "the template deletes, the project left it": Case(
        lines("a b"), lines("a b"), None, None
    ),
    # Copier says nothing of it.
    "the template deletes, the project changed": Case(
        lines("a b"), lines("a ours"), None, None
    ),
}
# What the next version changes in files of the kernel, and what projects made of it.
KERNEL = {
    "src/my_service/middleware/request_log.py": ("{1,128}", "{1,32}"),
    "src/my_service/core/setting_groups.py": (
        "max_overflow: int = Field(default=20",
        "max_overflow: int = Field(default=24",
    ),
}


def path_of(name: str) -> str:
    """Return where the file of a case is in the project."""
    return f"{CASES}/{re.sub(r'\W+', '-', name)}.txt"


def put(folder: Path, name: str, text: str | None) -> None:
    """Write the file of a case, or remove it."""
    file = folder / path_of(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose team changed what the next version changes, too."""
    releases = Releases(tmp_path_factory.mktemp("releases") / "template")
    releases.release("v99.0.0")
    template = releases.path / "template"
    for name, case in TABLE.items():
        put(template, name, case.base)
    releases.release("v99.1.0", releases.path)
    change(releases.path)
    for name, case in TABLE.items():
        put(template, name, case.theirs)
    releases.release("v99.2.0", releases.path)

    project = Project(tmp_path_factory.mktemp("edited") / "my-service")
    project.copy(releases, "v99.1.0", {"preset": "minimal"})
    for name, case in TABLE.items():
        put(project.path, name, case.ours)
    for path, (old, new) in KERNEL.items():
        edit(project.path / path, old, new)
    bumped = re.compile(r'"uvicorn\[standard\]>=[\d.]+"')
    substitute(project.path / "pyproject.toml", bumped, '"uvicorn[standard]>=0.53"')
    project.commit("Change what the template changes")
    return project


def announced(project: Project) -> list[str]:
    """Return the files of which the project's own preview says that they will conflict."""
    preview = (sys.executable, "-m", "scripts.template", "preview")
    printed = run(preview, project.path).output
    return sorted(re.findall(r"(?m)^ *conflict  (.+)$", printed))


@pytest.fixture(scope="module")
def updated(edited: Project) -> tuple[Project, list[str]]:
    """The project after the update, and the conflicts that were announced before."""
    expected = announced(edited)
    assert edited.git("status", "--porcelain") == ""
    edited.update_as("--defaults")
    return edited, expected


@pytest.mark.parametrize("name", TABLE)
def test_a_file_of_both_sides(name: str, updated: tuple[Project, list[str]]) -> None:
    project, _ = updated
    file = project.path / path_of(name)
    if TABLE[name].after == MARKED:
        assert path_of(name) in project.conflicts()
        assert "<<<<<<< before updating\n" in file.read_text("utf-8")
    else:
        after = file.read_text("utf-8") if file.exists() else None
        assert after == TABLE[name].after


def test_the_announced_conflicts_are_those_that_happen(
    updated: tuple[Project, list[str]],
) -> None:
    project, expected = updated
    cases = [path_of(name) for name, case in TABLE.items() if case.after == MARKED]

    assert project.conflicts() == sorted([*cases, *KERNEL, "pyproject.toml"])
    assert expected == project.conflicts()
