"""Git repositories for update tests: a template's releases, and a user's project."""

from dataclasses import dataclass
from pathlib import Path

import copier

from harness.answers import Answers
from harness.process import clean_environment, run
from harness.questionnaire import Questionnaire, answers_file
from harness.render import ROOT, export
from maintenance.template import generate

# What a machine's own configuration could change: who commits, signing, hooks.
_SETTINGS = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "A Developer",
    "GIT_AUTHOR_EMAIL": "developer@example.com",
    "GIT_COMMITTER_NAME": "A Developer",
    "GIT_COMMITTER_EMAIL": "developer@example.com",
}


@dataclass(frozen=True)
class Repository:
    """A git repository whose commits hold whatever is in its folder."""

    path: Path

    def git(self, *arguments: str) -> str:
        """Run git in the repository and return its output.

        Raises:
            CommandFailedError: git failed.
        """
        environment = clean_environment() | _SETTINGS
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
            self.path.mkdir(parents=True, exist_ok=True)
            if (self.path / ".git").exists():
                self.git("rm", "-r", "-f", "--quiet", ".")
            export(source, self.path)
        self.commit(version)
        self.git("tag", version)


class Project(Repository):
    """A generated project under git, as its owner has it."""

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
        marked = self.git("ls-files", "--others", "--exclude-standard", "*.rej").split()
        for path in self.git("ls-files", "-z").split("\0"):
            file = self.path / path
            if file.is_file() and b"\n<<<<<<< " in b"\n" + file.read_bytes():
                marked.append(path)
        return sorted({*unmerged, *marked})
