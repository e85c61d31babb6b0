"""The SQL of the migrations is shown, all of it or what a commit lacks."""

import pytest

from scripts.migration_sql import PROJECT, Statement, read_statements
from scripts.print_migrations import show


def test_sql_is_printed_below_the_name_of_its_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show([Statement(PROJECT / "migrations" / "1.sql", 1, "SELECT 1;")])
    assert capsys.readouterr().out == "-- migrations/1.sql\nSELECT 1;\n\n"


def test_no_sql_is_an_error() -> None:
    with pytest.raises(SystemExit, match="no migration runs any SQL"):
        show([])


def test_unknown_commit_is_named() -> None:
    with pytest.raises(SystemExit, match="no commit nonsense here"):
        show(read_statements(), "nonsense")
