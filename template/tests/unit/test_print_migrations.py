"""The SQL of the migrations, as it is printed."""

import pytest

from scripts.print_migrations import show
from scripts.statements import PROJECT, Statement

STATEMENTS = [
    Statement(PROJECT / "migrations" / "1.sql", 1, "SELECT 1;"),
    Statement(PROJECT / "migrations" / "1.sql", 2, "SELECT 2;"),
    Statement(PROJECT / "migrations" / "2.sql", 1, "SELECT 3;"),
]


def test_sql_is_printed_below_the_name_of_its_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(STATEMENTS)
    assert capsys.readouterr().out == (
        "-- migrations/1.sql\nSELECT 1;\nSELECT 2;\n\n-- migrations/2.sql\nSELECT 3;\n\n"
    )


def test_no_sql_is_an_error() -> None:
    with pytest.raises(SystemExit, match="no migration runs any SQL"):
        show([])


def test_unknown_commit_is_named() -> None:
    with pytest.raises(SystemExit, match="no commit nonsense here"):
        show(STATEMENTS, "nonsense")
