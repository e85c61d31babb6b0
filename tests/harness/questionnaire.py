"""What `copier.yml` asks, read from it so that no test repeats it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import yaml
from copier._template import filter_config, load_template_config
from jinja2 import Environment, meta

from harness.answers import Answer, Answers
from harness.covering import Factors, Row, every, pairwise


class UnknownAnswerError(ValueError):
    """An answer has a name that no question has."""


class QuestionnaireError(ValueError):
    """The questionnaire uses something that the suite cannot cover."""


@dataclass(frozen=True)
class Question:
    """One entry of the questionnaire.

    Attributes:
        name: the answer's name.
        type: Copier's name of the answer's type, such as `str`.
        default: the default, a template if it is a string.
        values: every possible answer; empty if there is no end of them.
        validator: a template that renders to an error message, or to nothing.
        ask: the template that says whether to ask; None for a question always asked.
        computed: whether the answer is never asked nor recorded.
    """

    name: str
    type: str
    default: object
    values: tuple[Answer, ...]
    validator: str
    ask: str | None
    computed: bool

    @classmethod
    def read(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """Return the question that an entry of `copier.yml` describes."""
        default = entry.get("default")
        kind = str(
            entry.get("type") or ("bool" if isinstance(default, bool) else "str")
        )
        ask = entry.get("ask")
        return cls(
            name=name,
            type=kind,
            default=default,
            values=(True, False) if kind == "bool" else _choices(name, entry),
            validator=str(entry.get("validator", "")),
            ask=None if ask is None else str(ask),
            computed=entry.get("when") is False,
        )


@dataclass(frozen=True)
class Questionnaire:
    """The questions of a template.

    A *structural* question has a finite set of answers and an `ask` condition, through
    which a preset can answer it. Every combination of structural answers is a project
    of its own; the other answers are values that end up in its text.
    """

    entries: tuple[Question, ...]

    @classmethod
    def read(cls, source: Path) -> Self:
        """Read the questionnaire of the template in the folder `source`."""
        _, entries = filter_config(load_template_config(source / "copier.yml"))
        return cls(tuple(Question.read(name, entry) for name, entry in entries.items()))

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The entries whose answers are recorded, by name."""
        return {entry.name: entry for entry in self.entries if not entry.computed}

    @cached_property
    def computed(self) -> dict[str, Question]:
        """The entries that follow from the others, by name."""
        return {entry.name: entry for entry in self.entries if entry.computed}

    @cached_property
    def structural(self) -> Factors:
        """The possible answers of each structural question."""
        return {
            name: question.values
            for name, question in self.questions.items()
            if question.ask is not None and question.values
        }

    @cached_property
    def presets(self) -> list[Row]:
        """Each answer of the question that the structural ones depend on."""
        return [{name: value} for name, value in self._preset_values]

    @cached_property
    def _preset_values(self) -> list[tuple[str, Answer]]:
        asks = {self.questions[name].ask or "" for name in self.structural}
        names = {read for ask in asks for read in _variables(ask)}
        if len(names) > 1:
            raise QuestionnaireError(
                "copier.yml: the `ask` conditions read "
                f"{', '.join(sorted(names))}. Let them read the preset alone."
            )
        return [
            (name, value) for name in names for value in self.questions[name].values
        ]

    @cached_property
    def _opening(self) -> Row:
        """The preset under which every structural question is asked."""
        asks = {self.questions[name].ask or "" for name in self.structural}
        for name, value in self._preset_values:
            if all(_is_true(ask, {name: value}) for ask in asks):
                return {name: value}
        if self._preset_values:
            raise QuestionnaireError(
                "copier.yml: under no preset are all structural questions asked. "
                "Add a preset that asks them, such as `custom`."
            )
        return {}

    def combinations(self) -> list[Row]:
        """Return the answers of every structurally different project."""
        return [self._opening | row for row in every(self.structural)]

    def pairwise(self) -> list[Row]:
        """Return few combinations in which each pair of structural answers occurs."""
        return [self._opening | row for row in pairwise(self.structural)]

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


def recorded(project: Path) -> Row:
    """Return the answers that a generated project remembers, Copier's own left out."""
    content = yaml.safe_load(
        (project / ".copier-answers.yml").read_text(encoding="utf-8")
    )
    return {name: value for name, value in content.items() if name[0] != "_"}


def _choices(name: str, entry: Mapping[str, Any]) -> tuple[Answer, ...]:
    choices = entry.get("choices", [])
    if isinstance(choices, str):
        raise QuestionnaireError(
            f"copier.yml: the choices of {name} are a template, so the suite cannot "
            "list them. Write a list or a mapping."
        )
    pairs = choices.items() if isinstance(choices, dict) else map(_pair, choices)
    return tuple(
        value["value"] if isinstance(value, dict) else value for _, value in pairs
    )


def _pair(choice: object) -> tuple[object, Any]:
    if isinstance(choice, list | tuple):
        return choice[0], choice[1]
    return choice, choice


def _variables(source: str) -> set[str]:
    return meta.find_undeclared_variables(_ENVIRONMENT.parse(source))


def _is_true(source: str, context: Answers) -> bool:
    return _ENVIRONMENT.from_string(source).render(context) == "True"


# For `ask` conditions only, which are plain expressions over the preset.
_ENVIRONMENT = Environment(autoescape=False)  # noqa: S701 - nothing here is HTML
