"""What the suite asks of the questionnaire: which projects there are, as users ask."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, meta

from harness.covering import pairwise, triples
from maintenance.questionnaire import Answers, QuestionnaireError, Row, every
from maintenance.questionnaire import Questionnaire as _Questionnaire

ANSWERS_FILE = ".copier-answers.yml"
# What changes tables, or where code is: all of their combinations are gated in CI.
WHOLE = frozenset({"layout", "migrations", "auth", "with_example"})


class UnknownAnswerError(ValueError):
    """An answer has a name that no question has."""


class Questionnaire(_Questionnaire):
    """The questions of a template, and the sets of answers that the suite gives."""

    @cached_property
    def presets(self) -> list[Row]:
        """Each answer of the question that the structural ones depend on."""
        names = {read for ask in self._asks for read in _variables(ask)}
        if len(names) > 1:
            raise QuestionnaireError(
                "copier.yml: the `ask` conditions read "
                f"{', '.join(sorted(names))}. Let them read the preset alone."
            )
        return [row for name in names for row in self.each(name)]

    def each(self, name: str) -> list[Row]:
        """Return each answer of one question."""
        return [{name: value} for value in self.questions[name].values]

    @cached_property
    def _opening(self) -> Row:
        """The preset under which every structural question is asked."""
        for preset in self.presets:
            if all(_is_true(ask, preset) for ask in self._asks):
                return preset
        if self.presets:
            raise QuestionnaireError(
                "copier.yml: under no preset are all structural questions asked. "
                "Add a preset that asks them, such as `custom`."
            )
        return {}

    @cached_property
    def _asks(self) -> set[str]:
        return {self.questions[name].ask or "" for name in self.structural}

    def combinations(self) -> list[Row]:
        """Return the answers of every structurally different project."""
        return [self._opening | row for row in every(self.structural)]

    def pairwise(self, whole: AbstractSet[str] = frozenset()) -> list[Row]:
        """Return few combinations in which each pair of structural answers occurs.

        Args:
            whole: questions, of which every combination of answers occurs.
        """
        return [self._opening | row for row in pairwise(self.structural, whole)]

    def triples(self) -> list[Row]:
        """Return combinations in which each three answers occur together.

        They begin with the pairwise ones, and have every combination of `WHOLE`.
        """
        rows = triples(self.structural, WHOLE, pairwise(self.structural))
        return [self._opening | row for row in rows]

    def structure(self, answers: Answers) -> Row:
        """Return the structural part of a combination, which names it."""
        return {name: answers[name] for name in self.structural if name in answers}

    def check(self, names: Iterable[str]) -> None:
        """Refuse answers that no question takes: Copier ignores them in silence.

        Raises:
            UnknownAnswerError: a name is no question's.
        """
        unknown = sorted(set(names) - set(self.questions))
        if unknown:
            raise UnknownAnswerError(
                f"copier.yml asks no {', '.join(unknown)}. "
                f"It asks {', '.join(self.questions)}."
            )


def answers_file(project: Path) -> dict[str, Any]:
    """Return everything that a generated project remembers of how it was made."""
    content: dict[str, Any] = yaml.safe_load(
        (project / ANSWERS_FILE).read_text("utf-8")
    )
    return content


def recorded(project: Path) -> dict[str, Any]:
    """Return the answers that a generated project remembers, Copier's own left out."""
    return public(answers_file(project))


def public(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers without those of Copier's own."""
    return {name: value for name, value in answers.items() if name[0] != "_"}


def _variables(source: str) -> set[str]:
    return meta.find_undeclared_variables(_ENVIRONMENT.parse(source))


def _is_true(source: str, context: Answers) -> bool:
    return _ENVIRONMENT.from_string(source).render(context) == "True"


# For `ask` conditions only, which are plain expressions over the preset.
_ENVIRONMENT = Environment(autoescape=False)  # noqa: S701 - nothing here is HTML
