"""Renders the template as a user does: through Copier, without trust."""

import atexit
import os
import shlex
import shutil
import tempfile
from functools import cache
from pathlib import Path

from harness.answers import Answers, text
from harness.questionnaire import Questionnaire
from maintenance.template import copy_questionnaire, generate

ROOT = Path(__file__).resolve().parents[2]

# The settings of whoever runs the suite would change defaults.
NO_SETTINGS = Path(__file__).with_name("no_settings.yml")

_SNAPSHOT = "PYTEST_TEMPLATE_SNAPSHOT"


@cache
def snapshot() -> Path:
    """Return a copy of the working tree's template, made once per run.

    It is no git repository, so that Copier reads it as it is and clones nothing, and
    uncommitted changes are in it. The first process of a run makes it; the workers that
    it starts use the same one, or an edit in between would give them other tests.
    """
    if made := os.environ.get(_SNAPSHOT):
        return Path(made)
    folder = Path(tempfile.mkdtemp(prefix="template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    export(ROOT, folder)
    os.environ[_SNAPSHOT] = str(folder)
    return folder


def export(source: Path, destination: Path) -> None:
    """Copy the parts of a template that Copier reads, and nothing of git's."""
    copy_questionnaire(source, destination)
    if (source / "template").is_dir():
        shutil.copytree(
            source / "template",
            destination / "template",
            ignore=shutil.ignore_patterns("__pycache__"),
        )


def render(destination: Path, answers: Answers, source: Path = ROOT) -> Path:
    """Render a template into a project.

    Args:
        destination: the project's folder; made if missing, overwritten if there.
        answers: the answers that differ from the defaults.
        source: a template folder that is no git repository, or a git repository, of
            which HEAD is taken. This repository stands for its working tree.

    Returns:
        `destination`.

    Raises:
        UnknownAnswerError: an answer has a name that no question has.
    """
    Questionnaire.read(source).check(answers)
    return generate(snapshot() if source == ROOT else source, destination, answers)


def command(destination: Path, answers: Answers) -> str:
    """Return the `copier copy` command that renders the same project."""
    data = [
        f"-d {shlex.quote(f'{name}={text(answer)}')}"
        for name, answer in answers.items()
    ]
    return " ".join(
        [
            "uvx copier copy --vcs-ref=HEAD --defaults",
            *data,
            shlex.quote(str(ROOT)),
            shlex.quote(str(destination)),
        ]
    )


def tree(project: Path) -> dict[str, bytes]:
    """Return the contents of a project's files by their paths, git's left out."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }
