"""Follows a page of a project's documentation to the letter."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from harness.answers import Answers, label
from harness.history import Repository
from harness.process import clean_environment, run
from harness.questionnaire import Questionnaire
from harness.render import command, render
from harness.template import working_template
from harness.workbench import UNMEASURED


class PageError(ValueError):
    """A page holds a block that does not say what to do with it."""


@dataclass(frozen=True)
class NewFile:
    """A file to write: a block below a line that holds nothing but its path."""

    path: str
    content: str


@dataclass(frozen=True)
class Command:
    """A line for a shell, from a block of the language `bash`."""

    line: str


type Step = NewFile | Command

# Of the projects in which whole pages are followed.
PACKAGE = "acme_orders"
_NAMES = {"project_name": "acme-orders", "package_name": PACKAGE}
_GATE = Command("uv run task check")

# What a page has a command write; nobody edits it.
_GENERATED = ("docs/errors.md", "docs/api/openapi-v1.json", "migrations/atlas.sum")

_BLOCK = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`\n\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def steps(page: str) -> Iterator[Step]:
    """Return what a page tells its reader to do, in order.

    Raises:
        PageError: a block is neither a file nor commands.
    """
    for block in _BLOCK.finditer(page):
        if block["path"]:
            yield NewFile(block["path"], block["body"])
        elif block["language"] == "bash":
            yield from map(Command, block["body"].splitlines())
        elif block["language"] != "mermaid":
            raise PageError(f"put the file's path above this block:\n{block[0]}")


@dataclass(frozen=True)
class Reader(Repository):
    """A committed project, and somebody who does what its pages say.

    Attributes:
        environment: the environment variables that commands run with.
    """

    environment: Mapping[str, str]

    def page(self, name: str) -> str:
        """Return a page of the project's `docs`."""
        return (self.path / "docs" / name).read_text(encoding="utf-8")

    def follow(self, name: str) -> list[Step]:
        """Write the files and run the commands of a page, and return them.

        Raises:
            CommandFailedError: a command failed.
            FileExistsError: the page would have its reader replace a file.
            PageError: a block is neither a file nor commands.
        """
        done = list(steps(self.page(name)))
        for step in done:
            match step:
                case NewFile(path, content):
                    file = self.path / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    with file.open("x", encoding="utf-8") as opened:
                        opened.write(content)
                case Command(line):
                    self.run("bash", "-c", line)
        return done

    def run(self, *arguments: str, **variables: str) -> str:
        """Run a command in the project and return its output.

        Args:
            arguments: the command and its arguments.
            variables: environment variables to add.

        Raises:
            CommandFailedError: it failed; the message tells how to make the project.
        """
        hint = f"To make it: {self.git('log', '--format=%s', '--max-count=1')}"
        environment = {**self.environment, **variables}
        return run(arguments, self.path, hint=hint, environment=environment).output

    def edited(self) -> list[str]:
        """Return what differs from the commit, without what is new or written anew."""
        status = self.git("status", "--porcelain").splitlines()
        edited = [line for line in status if not line.startswith("??")]
        return [line for line in edited if not line.endswith(_GENERATED)]


@contextmanager
def reading(answers: Answers, **variables: str) -> Iterator[Reader]:
    """Generate a project in a folder of its own, which goes at the end.

    The folder is none of pytest's: the project's pytest closes those to other users,
    and as root the embedded PostgreSQL runs as another one.

    Args:
        answers: the answers that differ from the defaults.
        variables: environment variables to add for all commands.
    """
    with TemporaryDirectory(prefix="plumbline-") as name:
        folder = Path(name)
        project = render(folder / "my project é", answers)
        reader = Reader(project, clean_environment() | variables)
        reader.commit(command(Path("service"), answers))
        # An environment that is there already may hold what this project lacks.
        reader.run("uv", "sync", "--locked")
        yield reader


@contextmanager
def following(
    name: str, answers: Answers, variables: Mapping[str, str], *, whole: bool = False
) -> Iterator[tuple[Reader, list[Step]]]:
    """Generate a project and follow a page of it to the end, which is a green gate.

    Args:
        name: the page.
        answers: all but the names.
        variables: environment variables to add for all commands.
        whole: with slow tests in the gate, and its floor of coverage. They take minutes,
            and a page changes little of what they are about; the tier *gate* has them all.

    Yields:
        The reader, who has done it, and what there was to do.

    Raises:
        CommandFailedError: a command failed, such as the gate.
        PageError: the page does not end with the gate, or cannot be followed.
    """
    quick = {} if whole else UNMEASURED
    with reading({**answers, **_NAMES}, **variables, **quick) as reader:
        done = reader.follow(name)
        if done[-1:] != [_GATE]:
            raise PageError(f"{name} has to end with the command {_GATE.line}")
        yield reader, done


def in_projects(turned: str = "") -> pytest.MarkDecorator:
    """Return a mark that runs a test in few projects, each with its `answers`.

    Args:
        turned: a question whose answers come in another order.
    """
    chosen = projects(working_template().questionnaire, turned)
    return pytest.mark.parametrize("answers", chosen, ids=label)


def projects(questionnaire: Questionnaire, turned: str = "") -> list[Answers]:
    """Return few combinations in which each answer occurs.

    Args:
        questionnaire: what is asked.
        turned: a question whose answers come in another order, so that two pages meet
            other pairs of answers.
    """
    factors = dict(questionnaire.structural)
    if turned:
        factors[turned] = factors[turned][::-1]
    rows = range(max(map(len, factors.values())))
    chosen = [
        {name: values[row % len(values)] for name, values in factors.items()}
        for row in rows
    ]
    return [
        answers
        for answers in questionnaire.combinations()
        if questionnaire.structure(answers) in chosen
    ]
