"""What a released version is, and what the working tree changes for its users."""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from harness.answers import Answers, label, text
from harness.history import Releases, released, unpack
from harness.questionnaire import ANSWERS_FILE
from harness.render import export, snapshot
from harness.template import Template
from maintenance.questionnaire import Question

MAJOR = "The next version is a major one."
"""What UPGRADING.md says below *Unreleased* before something may go."""

NEXT = "v99.0.0"
"""What tests call the version of the working tree."""

_SPAN = re.compile(r"`([^`\n]+)`")
# Of each class of `ownership.yml`, but the example.
_FEW = (
    *("{{ _copier_conf.answers_file", ".env.example", ".squawk.toml", "README.md"),
    *("CHANGELOG.md", "SECURITY.md", "pyproject.toml"),
)
# Any name serves: `src/*/main.py` names the path of a package of any name.
_PACKAGE = "any_package"


def release_all(folder: Path, *, few: bool) -> Releases:
    """Return a repository of every released version, and the working tree as `NEXT`.

    Args:
        folder: where to make it; made if missing.
        few: with a few files of the template alone, for tests of Copier's commands
            rather than of files, which take a tenth of the time.
    """
    releases = Releases(folder / "template")
    for tag, commit in released().items():
        unpack(commit, folder / tag)
    export(snapshot(), folder / NEXT)
    for tag in [*released(), NEXT]:
        if few:
            _leave_few_files(folder / tag / "template")
        releases.release(tag, folder / tag)
    return releases


def _leave_few_files(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.startswith(_FEW):
            path.unlink()


def section(page: str, heading: str) -> str:
    """Return what stands below a heading of the second level, up to the next one.

    Raises:
        ValueError: there is no such heading.
    """
    found = re.search(
        rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
    )
    if found is None:
        raise ValueError(f"UPGRADING.md: there is no heading '## {heading}'.")
    return found[1]


@dataclass(frozen=True)
class Change:
    """Something that people who have a service may notice.

    Attributes:
        what: the change, in words.
        name: what `UPGRADING.md` has to name: a question, `question=choice` or a path.
        breaks: whether only a major version may do it.
    """

    what: str
    name: str
    breaks: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two versions of the template.

    Attributes:
        old: the released one.
        new: the one to be released.
    """

    old: Template
    new: Template

    @classmethod
    def of(cls, old: Path, new: Path, service: Path) -> Self:
        """Compare two template folders, neither of them a git repository.

        Args:
            old: the released template.
            new: the one to be released.
            service: a folder for a service that is there: the default of a new question
                may look for its file of answers.
        """
        service.mkdir(parents=True, exist_ok=True)
        (service / ANSWERS_FILE).write_text("_src_path: .\n", "utf-8")
        return cls(
            Template(old, destination=service), Template(new, destination=service)
        )

    def changes(self) -> Iterator[Change]:
        """Return what changed, questions first."""
        yield from self._questions()
        yield from self._paths()

    def _questions(self) -> Iterator[Change]:
        old, new = (each.questionnaire.questions for each in (self.old, self.new))
        for name in sorted(old.keys() - new.keys()):
            yield Change(f"the question {name} went", name, breaks=True)
        for name in sorted(new.keys() - old.keys()):
            yield Change(f"the question {name} is new", name)
        for name in old.keys() & new.keys():
            yield from _differences(old[name], new[name])

    def _paths(self) -> Iterator[Change]:
        came: dict[str, Answers] = {}
        went: dict[str, Answers] = {}
        for answers in self.old.questionnaire.combinations():
            before, after = _paths(self.old, answers), _paths(self.new, answers)
            if not after:
                continue  # A choice went, which is a change by itself.
            went.update(dict.fromkeys(before - after, answers))
            came.update(dict.fromkeys(after - before, answers))
        for path, one in sorted(went.items()):
            what = f"the path {path} went, for one in {label(one)}"
            yield Change(what, path, breaks=True)
        for path, one in sorted(came.items()):
            yield Change(f"the path {path} is new, for one in {label(one)}", path)


def _paths(template: Template, answers: Answers) -> set[str]:
    """Return the paths of a project; none if the template takes no such answer."""
    questions = template.questionnaire.questions
    given = {name: answer for name, answer in answers.items() if name in questions}
    if any(answer not in questions[name].values for name, answer in given.items()):
        return set()
    return set(template.paths(given | {"package_name": _PACKAGE}))


def unnamed(changes: Iterable[Change], notes: str) -> list[str]:
    """Return what the notes lack, each with what to do.

    Args:
        changes: what changed since the last version.
        notes: what `UPGRADING.md` says below *Unreleased*.
    """
    words = [word for span in _SPAN.findall(notes) for word in span.split()]
    major = MAJOR in " ".join(notes.split())
    found = []
    for change in changes:
        if change.breaks and not major:
            found.append(
                f"{change.what}: undo it, or write '{MAJOR}' below '## Unreleased' of "
                "UPGRADING.md (docs/versions.md)"
            )
        if not any(_names(word, change.name) for word in words):
            found.append(
                f"{change.what}: say below '## Unreleased' of UPGRADING.md what that is "
                f"for, and what to do, with `{change.name}` in it"
            )
    return found


def _differences(old: Question, new: Question) -> Iterator[Change]:
    name = old.name
    if old.type != new.type:
        yield Change(f"the question {name} takes another type", name, breaks=True)
    if old.default != new.default:
        yield Change(f"the default of {name} changed", name)
    for value in old.values:
        if value not in new.values:
            choice = f"{name}={text(value)}"
            yield Change(f"the choice {choice} went", choice, breaks=True)
    for value in new.values if old.values else ():
        if value not in old.values:
            choice = f"{name}={text(value)}"
            yield Change(f"the choice {choice} is new", choice)


def _names(word: str, name: str) -> bool:
    """Return whether a word of a code span names a change: `*` is one part of a path."""
    question = word.partition("=")[0]
    return name in {word, question} or PurePosixPath(name).full_match(word)
