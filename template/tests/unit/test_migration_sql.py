"""What a migration runs is known without a database."""

from pathlib import Path

import pytest
from alembic.config import Config

from scripts.migration_lint import lint
from scripts.migration_sql import PROJECT, UnknownSqlError, read_statements

MIGRATION = '''\
"""An example."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def select() -> None:
    op.execute("SELECT 1")


def upgrade() -> None:
    select()
    # squawk-ignore ban-drop-column -- nothing reads it any more,
    # and it was null
    op.drop_column(
        "products",
        "weight",
    )
    with op.get_context().autocommit_block():
        op.create_index("ix", "products", ["name"], postgresql_concurrently=True)
'''


def config(folder: Path, migration: str) -> Config:
    """Return the project's way to migrate, but with this one migration."""
    (folder / "1_example.py").write_text(migration)
    config = Config(PROJECT / "alembic.ini")
    config.set_main_option("version_locations", str(folder))
    return config


def test_statements_know_the_line_that_runs_them(tmp_path: Path) -> None:
    statements = read_statements(config(tmp_path, MIGRATION))
    assert [(line, sql.split()[0]) for _, line, sql in statements] == [
        (11, "SELECT"),
        (18, "ALTER"),
        (22, "COMMIT;"),
        (23, "CREATE"),
        (22, "BEGIN;"),
    ]
    assert not lint(statements)


def test_migration_that_reads_rows_in_python_is_refused(tmp_path: Path) -> None:
    asking = 'op.get_bind().scalar(sa.text("SELECT 1")) + 1'
    migration = MIGRATION.replace('op.execute("SELECT 1")', asking)
    with pytest.raises(UnknownSqlError, match=r"1_example\.py:11: .* in SQL"):
        read_statements(config(tmp_path, migration))
