"""Sets of few combinations that hold every pair of values."""

from itertools import combinations, product

from maintenance.questionnaire import Factors, Row, every


def pairwise(factors: Factors) -> list[Row]:
    """Return rows that hold each pair of values of two factors at least once.

    Greedy and deterministic: the number of rows is near the product of the two longest
    factors, whatever the number of factors.
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
    rows: list[Row] = []
    while missing:
        row: Row = dict(next(iter(missing.values())))
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
