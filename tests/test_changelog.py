"""The changelog's next entries come from the commits, and a commit without a type does not pass."""

import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from harness.history import Repository, released
from harness.process import CommandFailedError, run
from harness.render import ROOT

NEWEST = [*released().values()][-1]
SETTINGS = ROOT / "pyproject.toml"
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")


def cliff(folder: Path, *arguments: str | Path) -> str:
    """Run the tool, which looks for its settings in the folder, and return its output."""
    return run([Path(sys.prefix) / "bin" / "git-cliff", *arguments], folder).output


def commit(folder: Path, *messages: str) -> None:
    """Make a repository with a version and commits after it, and our settings."""
    repository = Repository(folder)
    repository.commit("feat: something")
    repository.git("tag", "v0.1.0")
    for message in messages:
        repository.commit(message)
    shutil.copy(SETTINGS, folder)


def test_entries_of_the_next_version_are_put_before_the_last(tmp_path: Path) -> None:
    """With the commits of this repository, all of which have a type."""
    file = tmp_path / "CHANGELOG.md"
    file.write_text(CHANGELOG, "utf-8")

    cliff(ROOT, "--tag=v99.0.0", "--prepend", file, f"{NEWEST}..HEAD")

    header = tomllib.loads(SETTINGS.read_text("utf-8"))["tool"]["git-cliff"]
    begin = header["changelog"]["header"]
    written = file.read_text("utf-8")
    assert CHANGELOG.startswith(f"{begin}\n## [")
    assert written.startswith(f"{begin}\n## [99.0.0] - 20")
    assert written.endswith(CHANGELOG.removeprefix(begin))


def test_entries_are_grouped_and_say_what_breaks(tmp_path: Path) -> None:
    """Only what readers of a changelog want is in it."""
    commit(
        tmp_path,
        "fix: a mistake",
        "feat(cli): an option",
        "docs: a page",
        "refactor!: another name",
        "perf: a loop\n\nWith a reason.",
        "Merge branch 'atlas'",
    )

    found = cliff(tmp_path, "--strip=header", "v0.1.0..")

    assert found.partition("## [Unreleased]\n")[2].splitlines() == [
        *("", "### Added", "", "- An option."),
        *("", "### Changed", "", "- **Breaking:** Another name.", "- A loop."),
        *("", "### Fixed", "", "- A mistake."),
    ]


@pytest.mark.parametrize(
    "message", ["banana: something", "Something", "feat something", "Feat: something"]
)
def test_a_commit_of_a_wrong_type_is_refused(message: str, tmp_path: Path) -> None:
    """It is named, so that its author finds it."""
    commit(tmp_path, "fix: a mistake", message)

    with pytest.raises(CommandFailedError, match=f"\\| {message}"):
        cliff(tmp_path, "v0.1.0..")
