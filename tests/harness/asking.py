"""Asks the questionnaire and renders nothing but the answers file."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

from copier._main import Worker
from copier._settings import SettingsModel

from harness.answers import Answers
from harness.questionnaire import public, recorded
from harness.render import ROOT
from maintenance.template import copy_questionnaire, generate


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
    copy_questionnaire(source, folder)
    file = folder / "template" / "{{ _copier_conf.answers_file }}.jinja"
    file.parent.mkdir()
    file.write_text("{{ _copier_answers | to_nice_yaml }}", encoding="utf-8")
    return folder


def ask(template: Path, destination: Path, answers: Answers) -> dict[str, Any]:
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
        generate(template, destination, answers)
    except ValueError as error:
        raise Refusal.read(str(error)) from error
    return recorded(destination)


class Interview:
    """Asks a template's questionnaire again and again, and renders nothing.

    Copier compiles every template of `copier.yml` anew each time; here it is done once.
    """

    def __init__(self, template: Path) -> None:
        """Open the questionnaire of a template that is no Git repository."""
        self._worker = Worker(
            src_path=str(template),
            dst_path=Path("service"),
            defaults=True,
            quiet=True,
            settings=SettingsModel(),
        )
        environment = self._worker.jinja_env
        setattr(environment, "from_string", cache(environment.from_string))  # noqa: B010

    def ask(self, answers: Mapping[str, object]) -> dict[str, Any]:
        """Return what Copier would record.

        Args:
            answers: what `-d` would give; the other answers are the defaults.

        Raises:
            Refusal: an answer is not accepted.
        """
        self._worker.data = dict(answers)
        try:
            self._worker._ask()
        except ValueError as error:
            raise Refusal.read(str(error)) from error
        return public(self._worker._answers_to_remember())

    def settle(self, answers: Mapping[str, object]) -> dict[str, Any]:
        """Return what is recorded when each refused answer gives way to its alternative.

        Raises:
            Refusal: an alternative is refused.
        """
        settled = dict(answers)
        replaced: set[str] = set()
        while True:
            try:
                return self.ask(settled)
            except Refusal as refusal:
                if refusal.question in replaced:
                    raise
                replaced.add(refusal.question)
                settled[refusal.question] = refusal.alternative
