"""The template's structural answers: every combination, and what singles some out."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import yaml

type Answer = str | bool
type Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """A structural question of the questionnaire.

    Attributes:
        name: the key in `copier.yml`.
        values: every answer it allows.
    """

    name: str
    values: tuple[Answer, ...]


def structural_questions(questionnaire: Path) -> tuple[Question, ...]:
    """Return the questions that decide what a project consists of.

    Those are the ones a preset can answer, which have an `ask` key, and whose
    answers can be listed.

    Args:
        questionnaire: the path of a `copier.yml`.
    """
    entries = yaml.safe_load(questionnaire.read_text("utf-8"))
    return tuple(
        Question(name, values)
        for name, entry in entries.items()
        if isinstance(entry, dict) and "ask" in entry and (values := _values(entry))
    )


def _values(entry: Mapping[str, object]) -> tuple[Answer, ...]:
    if entry.get("type") == "bool":
        return (True, False)
    choices = entry.get("choices", ())
    if isinstance(choices, Mapping):
        choices = tuple(choices.values())
    if not isinstance(choices, Sequence) or isinstance(choices, str):
        return ()
    return tuple(
        choice["value"] if isinstance(choice, Mapping) else choice for choice in choices
    )


def combinations(questions: Sequence[Question]) -> list[Answers]:
    """Return every combination of answers to `questions`."""
    names = [question.name for question in questions]
    return [
        dict(zip(names, values, strict=True))
        for values in itertools.product(*(question.values for question in questions))
    ]


def condition(
    questions: Sequence[Question], every: Sequence[Answers], chosen: AbstractSet[int]
) -> str:
    """Return a Jinja expression that is true for the chosen combinations only.

    It names as few answers as it can: a term with one answer is tried before terms
    with two, and so on up to whole combinations.

    Args:
        questions: the structural questions.
        every: all their combinations.
        chosen: indices into `every`.

    Returns:
        The expression; empty when all combinations are chosen.

    Raises:
        ValueError: no combination is chosen.
    """
    if not chosen:
        raise ValueError("No combination is chosen: no expression says so.")
    if len(chosen) == len(every):
        return ""
    terms: list[str] = []
    left = set(chosen)
    for term in _terms(questions):
        matches = {
            index
            for index in left
            if all(every[index][name] == value for name, value in term.items())
        }
        if matches and _only(term, every) <= chosen:
            terms.append(" and ".join(_literal(*item) for item in term.items()))
            left -= matches
        if not left:
            break
    return " or ".join(terms)


def _only(term: Answers, every: Sequence[Answers]) -> set[int]:
    return {
        index
        for index, answers in enumerate(every)
        if term.items() <= dict(answers).items()
    }


def _terms(questions: Sequence[Question]) -> Iterator[Answers]:
    """Yield every choice of answers to some of the questions, the smallest first."""
    for size in range(1, len(questions) + 1):
        for some in itertools.combinations(questions, size):
            yield from combinations(some)


def _literal(name: str, value: Answer) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"{name} == {value!r}"
