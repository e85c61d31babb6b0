"""The page about the standards is what the matrix and the checks make of it."""

from maintenance.standards import PAGE, page
from plumb.checks import CHECKS
from plumb.matrix import Matrix


def test_page_is_up_to_date() -> None:
    """To write it: `uv run python -m maintenance.standards`."""
    assert PAGE.read_text("utf-8") == page(Matrix.read(), CHECKS)


def test_page_tells_what_enforces_each_row() -> None:
    """Every row is on it once, and none without an answer."""
    matrix = Matrix.read()
    lines = page(matrix, CHECKS).splitlines()

    for name in matrix.requirements:
        own = [line for line in lines if line.startswith(f"| {name} |")]
        assert len(own) == 1, name
        assert own[0].rsplit(" | ", 1)[1].strip(" |"), name
