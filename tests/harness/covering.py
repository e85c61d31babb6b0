"""Sets of few combinations that hold every pair of values."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations, product

from maintenance.questionnaire import Factors, Row, every


def pairwise(factors: Factors, whole: AbstractSet[str] = frozenset()) -> list[Row]:
    """Return rows that hold each pair of values of two factors at least once.

    Greedy and deterministic: the number of rows is near the product of the two longest
    factors, or of those in `whole`, whatever the number of factors.

    Args:
        factors: the values of each factor.
        whole: the factors of which the rows hold every combination of values.
    """
    if len(factors) < 2:
        return every(factors)
    # A dictionary, not a set: its order makes the result the same in every process.
    missing = {
        frozenset(pair): pair
        for one, other in combinations(factors, 2)
        for pair in product(
            [(one, value) for value in factors[one]],
            [(other, value) for value in factors[other]],
        )
    }
    begun = every({name: factors[name] for name in factors if name in whole})
    rows: list[Row] = []
    while begun or missing:
        row: Row = begun.pop(0) if begun else dict(next(iter(missing.values())))
        for name in factors:
            if name in row:
                continue
            gains = {
                value: sum(
                    frozenset({(name, value), item}) in missing for item in row.items()
                )
                for value in factors[name]
            }
            row[name] = max(gains, key=gains.__getitem__)
        for pair in combinations(row.items(), 2):
            missing.pop(frozenset(pair), None)
        rows.append({name: row[name] for name in factors})
    return rows


def triples(
    factors: Factors, whole: AbstractSet[str], begun: Sequence[Row] = ()
) -> list[Row]:
    """Return rows that hold each triple of values of three factors at least once.

    Greedy and deterministic, over every possible row: for factors of few values.

    Args:
        factors: the values of each factor.
        whole: the factors of which the rows hold every combination of values.
        begun: the rows to begin with.
    """
    together = [*combinations(factors, min(3, len(factors)))]
    together.append(tuple(name for name in factors if name in whole))
    missing = {
        frozenset(zip(names, values, strict=True)): None
        for names in together
        for values in product(*(factors[name] for name in names))
    }
    possible = {frozenset(row.items()): row for row in every(factors)}
    rows: list[Row] = []
    ahead = [frozenset(row.items()) for row in begun]
    while ahead or missing:
        # What is longest can be in the fewest rows.
        wanted = max(missing, key=len, default=frozenset())
        chosen = (
            ahead.pop(0)
            if ahead
            else max(
                (row for row in possible if wanted <= row),
                key=lambda row: sum(some <= row for some in missing),
            )
        )
        for some in [some for some in missing if some <= chosen]:
            del missing[some]
        rows.append(possible[chosen])
    return rows
