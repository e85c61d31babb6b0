"""Ways to spoil a rendered project, so that a check has something to find."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.answers import Answers
from harness.template import working_template

NAMES = {"project_name": "acme-orders", "package_name": "acme"}
_PLACES = (
    "place",
    "orders",
    "idempotency",
    "outbox",
    "workers",
    "accounts",
    "sessions",
    "audit",
)


@dataclass(frozen=True)
class Edit:
    """Replaces every occurrence of a text, which must be there."""

    path: str
    old: str
    new: str

    def apply(self, project: Path, path: str) -> None:
        """Change the file."""
        file = project / path
        text = file.read_text("utf-8")
        assert self.old in text, f"{path} does not hold {self.old!r}"
        file.write_text(text.replace(self.old, self.new), "utf-8")


@dataclass(frozen=True)
class Write:
    """Writes a file."""

    path: str
    text: str

    def apply(self, project: Path, path: str) -> None:
        """Write it, and the folders above it."""
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(self.text, "utf-8")


@dataclass(frozen=True)
class Remove:
    """Removes a file or a folder, which must be there."""

    path: str

    def apply(self, project: Path, path: str) -> None:
        """Remove it."""
        target = project / path
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()


type Change = Edit | Write | Remove


@dataclass(frozen=True, init=False)
class Spoiled:
    """A project in which something is wrong.

    Paths in it may hold `{src}` for the package's folder, and `{place[main]}`,
    `{orders[router]}` and the like for what the questionnaire computes. The package is
    `acme`.

    Attributes:
        changes: what is done to a rendered project.
        says: what the findings must hold, each of it.
        answers: of the project; those that nobody gives are the defaults.
    """

    changes: tuple[Change, ...]
    says: tuple[str, ...]
    answers: Answers = field(hash=False)

    def __init__(
        self,
        *changes: Change,
        says: str | tuple[str, ...] = (),
        answers: Answers | None = None,
    ) -> None:
        """Say what is done to a project with these answers."""
        object.__setattr__(self, "changes", changes)
        said = (says,) if isinstance(says, str) else says
        object.__setattr__(self, "says", said)
        object.__setattr__(self, "answers", {**NAMES, **(answers or {})})

    def apply(self, project: Path) -> None:
        """Spoil a project that was rendered with these answers."""
        for change in self.changes:
            change.apply(project, resolve(change.path, self.answers))

    def unsaid(self, said: str) -> list[str]:
        """Return what a text should hold, and does not."""
        return [each for each in self.says if each not in said]

    def files(self, rendered: Path) -> Mapping[str, str]:
        """Return the new contents of the files that change.

        Args:
            rendered: a folder with the project as it was rendered, which is not touched.
        """
        files: dict[str, str] = {}
        for change in self.changes:
            path = resolve(change.path, self.answers)
            match change:
                case Edit(old=old, new=new):
                    text = files.get(path) or (rendered / path).read_text("utf-8")
                    assert old in text, f"{path} does not hold {old!r}"
                    files[path] = text.replace(old, new)
                case Write(text=text):
                    files[path] = text
                case Remove():
                    raise TypeError(
                        f"{path}: a file cannot be removed from a workbench"
                    )
        return files


def resolve(path: str, answers: Answers) -> str:
    """Return the path of a file in a project with these answers."""
    context = working_template().context(answers)
    source = f"src/{context['package_name']}"
    places = {
        name: {part: f"{source}/{place}" for part, place in context[name].items()}
        for name in _PLACES
    }
    return path.format(src=source, **places)
