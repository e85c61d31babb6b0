"""Jinja expressions that single out combinations of answers."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations

from maintenance.questionnaire import Answer, Answers, Factors, every


def condition(factors: Factors, chosen: AbstractSet[int]) -> str:
    """Return a Jinja expression that is true for the chosen combinations only.

    It names as few answers as it can: a term with one answer is tried before terms
    with two, and so on up to whole combinations.

    Args:
        factors: the possible answers of each structural question.
        chosen: indices into `every(factors)`.

    Returns:
        The expression; empty when all combinations are chosen.

    Raises:
        ValueError: no combination is chosen.
    """
    if not chosen:
        raise ValueError("No combination is chosen: no expression says so.")
    rows = every(factors)
    if len(chosen) == len(rows):
        return ""
    terms: list[str] = []
    left = set(chosen)
    for term in _terms(factors):
        matches = _matches(term, rows)
        if matches & left and matches <= chosen:
            terms.append(" and ".join(_literal(*item) for item in term.items()))
            left -= matches
        if not left:
            break
    return " or ".join(terms)


def _matches(term: Answers, rows: Sequence[Answers]) -> set[int]:
    return {index for index, row in enumerate(rows) if term.items() <= row.items()}


def _terms(factors: Factors) -> Iterator[Answers]:
    """Yield every choice of answers to some of the questions, the smallest first."""
    for size in range(1, len(factors) + 1):
        for names in combinations(factors, size):
            yield from every({name: factors[name] for name in names})


def _literal(name: str, value: Answer) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"{name} == {value!r}"
