"""Renders the template as a user does: through Copier, without trust."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import copier

ROOT = Path(__file__).resolve().parents[2]

type Answer = str | bool
type Answers = Mapping[str, Answer]


def render(destination: Path, answers: Answers, source: Path = ROOT) -> Path:
    """Render the template's working tree into `destination`.

    Args:
        destination: the project's folder; made if missing, overwritten if there.
        answers: the answers that differ from the defaults.
        source: a template folder that is no git repository, or a git repository.

    Returns:
        `destination`.
    """
    copier.run_copy(
        str(source),
        destination,
        data=dict(answers),
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=False,
        vcs_ref="HEAD",
    )
    return destination


def command(destination: Path, answers: Answers) -> str:
    """Return the `copier copy` command that renders the same project."""
    data = [f"-d {shlex.quote(f'{name}={value}')}" for name, value in answers.items()]
    return " ".join(
        ["uvx copier copy --defaults", *data, str(ROOT), shlex.quote(str(destination))]
    )
