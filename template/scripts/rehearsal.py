"""Updates a copy of the project, which shows beforehand what the template would do."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml  # type: ignore[import-untyped]

PROJECT = Path(__file__).resolve().parents[1]
ANSWERS = ".copier-answers.yml"
COPIER = ("uvx", "copier@9.19.1")


class Kind(StrEnum):
    """What becomes of a file."""

    CONFLICT = "conflict"
    LOST = "edited, and removed"
    STRANDED = "yours, left behind"
    REMOVED = "removed"
    CHANGED = "changed"
    NEW = "new"


@dataclass(frozen=True)
class Rehearsal:
    """What an update did to a copy of the project.

    Attributes:
        folder: the copy.
        files: what became of the files that are not as they were, by their paths.
    """

    folder: Path
    files: dict[str, Kind]

    def of(self, kind: Kind) -> list[str]:
        """Return the paths of the files of a kind."""
        return sorted(path for path, each in self.files.items() if each is kind)


@contextmanager
def rehearsed(*options: str) -> Iterator[Rehearsal]:
    """Update a copy of what is committed, which is there as long as the block lasts.

    Args:
        options: for `copier update`.

    Raises:
        SystemExit: it cannot be updated; the message says why.
    """
    answers()
    top, here = git("rev-parse", "--show-toplevel", "--show-prefix").splitlines()
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        git("clone", "--quiet", "--shared", top, folder)
        copy = Path(folder, here)
        copier("update", "--quiet", "--defaults", *options, folder=copy)
        files = dict(_changes(copy, here))
        gone = {path for path, kind in files.items() if kind is Kind.REMOVED}
        yield Rehearsal(copy, files | dict(_losses(gone)))


def _losses(gone: set[str]) -> Iterator[tuple[str, Kind]]:
    """Yield what of the team's is in files that are removed, or beside them.

    Args:
        gone: the files.
    """
    if not gone:
        return
    own = {*git("ls-files", "-z").split("\0")}
    packages = {Path(path).parent for path in gone if path.endswith("__init__.py")}
    with pristine() as made:
        for path in edited(made):
            if path in gone:
                yield path, Kind.LOST
        own -= {file.relative_to(made).as_posix() for file in made.rglob("*")}
    for path in own:
        if Path(path).parent in packages:
            yield path, Kind.STRANDED


def _changes(project: Path, here: str) -> Iterator[tuple[str, Kind]]:
    """Yield what became of each file.

    Args:
        project: an updated project.
        here: where it lies in its repository, `""` or with a slash at the end.
    """
    listed = git(
        "status", "--porcelain", "-z", "--no-renames", "-uall", ".", folder=project
    )
    for line in filter(None, listed.split("\0")):
        status, path = line[:2], line[3:].removeprefix(here)
        if "U" in status or status in ("AA", "DD"):
            yield path, Kind.CONFLICT
        elif status == "??":
            yield path, Kind.NEW
        elif "D" in status:
            yield path, Kind.REMOVED
        elif path != ANSWERS:
            yield path, Kind.CHANGED


@contextmanager
def pristine() -> Iterator[Path]:
    """Make the project anew, of its version of the template and its answers."""
    recorded = answers()
    with TemporaryDirectory(prefix="pristine-") as folder:
        origin = (
            f"--vcs-ref={recorded['_commit']}",
            f"--data-file={PROJECT / ANSWERS}",
        )
        copier("copy", "--quiet", "--defaults", *origin, recorded["_src_path"], folder)
        yield Path(folder)


def edited(made: Path) -> Iterator[str]:
    """Yield the paths of the files that are not as the template made them.

    Args:
        made: what `pristine` gives.
    """
    for file in sorted(made.rglob("*")):
        path = file.relative_to(made)
        mine = PROJECT / path
        if file.is_file() and not (
            mine.is_file() and mine.read_bytes() == file.read_bytes()
        ):
            yield path.as_posix()


def answers(project: Path = PROJECT) -> dict[str, str]:
    """Return the answers that the project was made with, and from what.

    Raises:
        SystemExit: they are not recorded, or not so that they tell where the template is.
    """
    file = project / ANSWERS
    if not file.exists():
        sys.exit(f"Error: there is no {ANSWERS}, so this project has no template.")
    recorded: dict[str, str] = yaml.safe_load(file.read_text("utf-8"))
    source = recorded["_src_path"]
    if not source.startswith(("/", "~")) and ":" not in source:
        sys.exit(
            f"Error: {ANSWERS} has the relative path {source!r} as _src_path, which no "
            "update finds from another folder. Write an absolute path or a URL there, "
            "and commit it."
        )
    return recorded


def copier(command: str, *arguments: str, folder: Path = PROJECT) -> str:
    """Run a command of Copier, and return what it printed.

    Raises:
        SystemExit: it failed; the message ends with its last line.
    """
    done = subprocess.run(
        (*COPIER, command, *arguments),
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        [*_, last] = done.stderr.strip().splitlines() or ["it did not say why"]
        sys.exit(f"Error: copier {command} failed: {last}")
    return done.stdout


def git(*arguments: str, folder: Path = PROJECT) -> str:
    """Run git, and return what it printed.

    Raises:
        SystemExit: it failed, and has said why.
    """
    command = ("git", *arguments)
    done = subprocess.run(
        command, cwd=folder, check=False, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(
            f"Error: git {arguments[0]} failed. Is this a repository with a commit?"
        )
    return done.stdout
