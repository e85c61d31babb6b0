"""Git repositories for update tests: a template's releases, and a user's project."""

import re
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import copier
import yaml

from harness.answers import Answers
from harness.process import Finished, clean_environment, run
from harness.questionnaire import Questionnaire, answers_file
from harness.render import ROOT, export
from maintenance.template import generate

RELEASED = "released.yml"
COPIER = (sys.executable, "-m", "copier")
# What of this repository Copier reads.
_PARTS = ("copier.yml", "extensions", "template")
_COMMIT = re.compile(r"[0-9a-f]{40}")

# What a machine's own configuration could change: who commits, signing, hooks.
SETTINGS = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "A Developer",
    "GIT_AUTHOR_EMAIL": "developer@example.com",
    "GIT_COMMITTER_NAME": "A Developer",
    "GIT_COMMITTER_EMAIL": "developer@example.com",
}


class ReleasesError(ValueError):
    """A released version cannot be had again; the message says what to do."""


def released(source: Path = ROOT) -> dict[str, str]:
    """Return the commits of this repository's released versions, oldest first.

    Raises:
        ReleasesError: `released.yml` names something else than versions and commits.
    """
    versions = yaml.safe_load((source / RELEASED).read_text("utf-8"))
    for version, commit in versions.items():
        if not _COMMIT.fullmatch(str(commit)):
            raise ReleasesError(
                f"{RELEASED}: {version} has {commit!r}, which is no commit. Write all of "
                f"its 40 digits, as `git rev-parse {version}^0` prints them."
            )
    return {str(version): str(commit) for version, commit in versions.items()}


def refuse_shallow(source: Path = ROOT) -> None:
    """Refuse a clone that lacks the commits of released versions.

    Raises:
        ReleasesError: the clone is shallow.
    """
    asked = ("git", "rev-parse", "--is-shallow-repository")
    if run(asked, source).output.strip() == "true":
        raise ReleasesError(
            f"{source} is a shallow clone: it lacks the commits of {RELEASED}, from which "
            "updates are tested. Fetch the whole history: git fetch --unshallow. In a "
            "workflow, let actions/checkout have `fetch-depth: 0`."
        )


def unpack(commit: str, destination: Path, source: Path = ROOT) -> None:
    """Write a template as it was in a commit, without anything of the working tree.

    Args:
        commit: the commit.
        destination: a folder; made if missing.
        source: the repository.

    Raises:
        ReleasesError: the clone is shallow.
        CommandFailedError: the repository has no such commit.
    """
    refuse_shallow(source)
    with TemporaryDirectory(prefix="release-") as folder:
        archive = Path(folder) / "template.tar"
        command = ("git", "archive", f"--output={archive}", commit, "--", *_PARTS)
        run(command, source)
        with tarfile.open(archive) as opened:
            opened.extractall(destination, filter="data")


@dataclass(frozen=True)
class Repository:
    """A git repository whose commits hold whatever is in its folder."""

    path: Path

    def git(self, *arguments: str) -> str:
        """Run git in the repository and return its output.

        Raises:
            CommandFailedError: git failed.
        """
        environment = clean_environment() | SETTINGS
        return run(["git", *arguments], self.path, environment=environment).output

    def commit(self, message: str) -> None:
        """Commit every change, the first time into a new repository."""
        if not (self.path / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")


class Releases(Repository):
    """A template's repository, with a tag for each released version."""

    def release(self, version: str, source: Path = ROOT) -> None:
        """Release the template as it is in the folder `source`.

        Args:
            version: the tag, such as `v1.2.0`.
            source: a template folder; by default this repository's working tree. The
                repository's own folder releases what a test changed there.
        """
        if source != self.path:
            self._empty()
            export(source, self.path)
        self._tag(version)

    def release_past(self, version: str) -> None:
        """Release a version of `released.yml` as it was.

        Args:
            version: the version, which becomes the tag.

        Raises:
            ReleasesError: the clone is shallow.
            KeyError: there was no such version.
        """
        self._empty()
        unpack(released()[version], self.path)
        self._tag(version)

    def _empty(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        if (self.path / ".git").exists():
            self.git("rm", "-r", "-f", "--quiet", ".")

    def _tag(self, version: str) -> None:
        self.commit(version)
        self.git("tag", version)


class Project(Repository):
    """A generated project under git, as its owner has it."""

    def update_as(self, *options: str) -> Finished:
        """Update the committed project by Copier's command, which has no trust.

        Args:
            options: options of `copier update`, such as `--defaults`.

        Raises:
            CommandFailedError: the command failed.
        """
        return run((*COPIER, "update", *options), self.path)

    def copy(self, releases: Releases, version: str, answers: Answers) -> None:
        """Generate the project from a released version, and commit it.

        Raises:
            UnknownAnswerError: an answer has a name that no question has.
        """
        Questionnaire.read(releases.path).check(answers)
        generate(releases.path, self.path, answers, version)
        self.commit(f"Generated from {version}")

    def update(self, version: str, answers: Answers | None = None) -> None:
        """Update the committed project to a version, and leave the result uncommitted.

        Args:
            version: the version to update to.
            answers: the answers that change.

        Raises:
            UnknownAnswerError: an answer has a name that no question has.
        """
        source = Path(answers_file(self.path)["_src_path"])
        Questionnaire.read(source).check(answers or {})
        copier.run_update(
            self.path,
            data=dict(answers or {}),
            vcs_ref=version,
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=False,
        )

    def conflicts(self) -> list[str]:
        """Return the files that hold a conflict, by markers or in git's index."""
        unmerged = self.git("diff", "--name-only", "--diff-filter=U").split()
        # A project may have git ignore them.
        marked = [
            path.relative_to(self.path).as_posix() for path in self.path.rglob("*.rej")
        ]
        for path in self.git("ls-files", "-z").split("\0"):
            file = self.path / path
            if file.is_file() and b"\n<<<<<<< " in b"\n" + file.read_bytes():
                marked.append(path)
        return sorted({*unmerged, *marked})
