"""What `copier.yml` asks, read from it so that nothing else repeats it."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from copier._template import filter_config, load_template_config

type Answer = str | bool
type Answers = Mapping[str, Answer]
type Factors = Mapping[str, Sequence[Answer]]
type Row = dict[str, Answer]


class QuestionnaireError(ValueError):
    """The questionnaire uses something whose answers cannot be listed."""


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
        """Return the question that an entry of `copier.yml` describes.

        Raises:
            QuestionnaireError: its choices are computed.
        """
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
        """Read the questionnaire of the template in the folder `source`.

        Raises:
            QuestionnaireError: the choices of a question are computed.
        """
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


def every(factors: Factors) -> list[Row]:
    """Return the product of the factors' values, one empty row for no factors."""
    return [
        dict(zip(factors, values, strict=True))
        for values in itertools.product(*factors.values())
    ]


def text(answer: Answer) -> str:
    """Return an answer as `copier copy -d name=...` takes it."""
    return str(answer).lower() if isinstance(answer, bool) else answer


def _choices(name: str, entry: Mapping[str, Any]) -> tuple[Answer, ...]:
    choices = entry.get("choices", [])
    if isinstance(choices, str):
        raise QuestionnaireError(
            f"copier.yml: the choices of {name} are a template, so they cannot be "
            "listed. Write a list or a mapping."
        )
    pairs = choices.items() if isinstance(choices, dict) else map(_pair, choices)
    return tuple(
        value["value"] if isinstance(value, dict) else value for _, value in pairs
    )


def _pair(choice: object) -> tuple[object, Any]:
    if isinstance(choice, list | tuple):
        return choice[0], choice[1]
    return choice, choice
