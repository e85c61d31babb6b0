"""Asks the questionnaire and renders nothing but the answers file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import copier
import yaml

from harness.render import ROOT, export

ANSWERS_FILE = ".copier-answers.yml"


class Refusal(ValueError):  # noqa: N818 - it is what the user gets, not our error
    """What the questionnaire says to a bad answer.

    Attributes:
        question: the question's name.
        alternative: the answer that is proposed.
        reason: the rule that the answer broke.
    """

    PATTERN = re.compile(r"Validation error for question '(\w+)': Try '(.*?)': (.+\.)")

    def __init__(self, question: str, alternative: str, reason: str) -> None:
        """Take a message apart."""
        super().__init__(question, alternative, reason)
        self.question = question
        self.alternative = alternative
        self.reason = reason

    @classmethod
    def read(cls, message: str) -> Self:
        """Return the refusal that a message of Copier's states.

        Raises:
            ValueError: the message is not one line, or lacks one of the three parts.
        """
        match = cls.PATTERN.fullmatch(message)
        if match is None or len(message.splitlines()) != 1:
            raise ValueError(f"not a refusal on one line: {message!r}")
        return cls(*match.groups())


def questionnaire_only(folder: Path, source: Path = ROOT) -> Path:
    """Make a template with the questionnaire of `source` and only an answers file.

    Args:
        folder: where to put it; made if missing.
        source: a template's root.

    Returns:
        `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    export(source, folder)
    template = folder / "template"
    for path in sorted(template.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
    file = template / "{{ _copier_conf.answers_file }}.jinja"
    file.write_text("{{ _copier_answers | to_nice_yaml }}", encoding="utf-8")
    return folder


def ask(
    template: Path, destination: Path, answers: Mapping[str, object]
) -> dict[str, Any]:
    """Give answers to a template's questionnaire, without trust.

    Args:
        template: a template's root.
        destination: the project's folder.
        answers: what `-d` would give; the other answers are the defaults.

    Returns:
        The recorded answers, Copier's own left out.

    Raises:
        Refusal: an answer is not accepted.
    """
    try:
        copier.run_copy(
            str(template),
            destination,
            data=dict(answers),
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=False,
        )
    except ValueError as error:
        raise Refusal.read(str(error)) from error
    return recorded(destination)


def recorded(project: Path) -> dict[str, Any]:
    """Return the answers that a project records, Copier's own left out."""
    text = (project / ANSWERS_FILE).read_text(encoding="utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)
    return {name: answers[name] for name in answers if not name.startswith("_")}
