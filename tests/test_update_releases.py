"""The released versions are recorded, and can be had again from a whole clone."""

import shutil
from pathlib import Path

import pytest

from harness.history import (
    RELEASED,
    ReleasesError,
    Repository,
    refuse_shallow,
    released,
    unpack,
)
from harness.process import CommandFailedError, run
from harness.render import ROOT


@pytest.fixture
def shallow(tmp_path: Path) -> Path:
    """A clone without the history of its repository."""
    origin = Repository(tmp_path / "origin")
    origin.path.mkdir()
    for message in ("one", "two"):
        origin.commit(message)
    clone = tmp_path / "clone"
    origin.git("clone", "--quiet", "--depth=1", origin.path.as_uri(), str(clone))
    return clone


def test_versions_are_in_their_order_and_part_of_the_history() -> None:
    versions = [[*map(int, each.removeprefix("v").split("."))] for each in released()]
    assert versions == sorted(versions)
    for commit in released().values():
        run(("git", "merge-base", "--is-ancestor", commit, "HEAD"), ROOT)


@pytest.mark.parametrize("version", released())
def test_a_version_is_what_its_tag_says(version: str) -> None:
    tagged = ("git", "for-each-ref", "--format=%(*objectname)%(objectname)")
    found = run((*tagged, f"refs/tags/{version}"), ROOT).output.strip()
    # An annotated tag has its own name, too; without the tag, there is nothing to say.
    assert not found or found.startswith(released()[version])


def test_a_version_without_a_whole_commit_is_refused(tmp_path: Path) -> None:
    (tmp_path / RELEASED).write_text("v0.1.0: d1ae72f\n", "utf-8")

    with pytest.raises(ReleasesError, match=r"v0\.1\.0 .*git rev-parse v0\.1\.0\^0"):
        released(tmp_path)


def test_a_version_has_nothing_of_the_working_tree(tmp_path: Path) -> None:
    """Neither what is not committed, nor what came later."""
    repository = Repository(tmp_path / "template")
    for name in ("copier.yml", "extensions/names.jinja", "template/first"):
        (repository.path / name).parent.mkdir(parents=True, exist_ok=True)
        (repository.path / name).write_text("first\n", "utf-8")
    repository.commit("first")
    commit = repository.git("rev-parse", "HEAD").strip()
    (repository.path / "template" / "later").touch()
    repository.commit("later")
    (repository.path / "copier.yml").write_text("changed\n", "utf-8")

    unpack(commit, tmp_path / "unpacked", repository.path)

    files = sorted(path.name for path in (tmp_path / "unpacked").rglob("*.*"))
    assert files == ["copier.yml", "names.jinja"]
    assert [path.name for path in (tmp_path / "unpacked/template").iterdir()] == [
        "first"
    ]
    assert (tmp_path / "unpacked" / "copier.yml").read_text("utf-8") == "first\n"


def test_a_shallow_clone_is_refused(shallow: Path) -> None:
    refuse_shallow(ROOT)
    with pytest.raises(ReleasesError, match="git fetch --unshallow"):
        unpack("HEAD", shallow.with_name("unpacked"), shallow)


def test_ci_refuses_a_shallow_clone(shallow: Path) -> None:
    """Before it fetches anything."""
    (shallow / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", shallow / ".ci")

    with pytest.raises(CommandFailedError, match="git fetch --unshallow") as refused:
        run((".ci/run",), shallow)

    assert refused.value.output.startswith("Error: this is a shallow clone")
    assert len(refused.value.output.splitlines()) == 1
