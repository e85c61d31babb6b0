"""What the page *Migrations* shows is let pass, and works on a table with rows."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from harness.pages import reading

NAMES = {"project_name": "acme-orders", "package_name": "acme"}
FOLDER = "migrations/versions"
STAIRWAY = (
    "tests/integration/test_migrations.py::test_migrations_go_up_down_and_up_again"
)
_CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEAD = '''\
"""Example."""

import sqlalchemy as sa
from alembic import op

revision: str = "{revision}"
down_revision: str | None = "{before}"


'''
_TABLE = """\
def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )


def downgrade() -> None:
    op.drop_table("products")
"""
# More than a batch of the page takes, so that one batch alone fails later.
_ROWS = '''\
def upgrade() -> None:
    # squawk-ignore rows-at-once -- nobody uses the table yet
    op.execute("""
        INSERT INTO products (id, name, sku)
        SELECT gen_random_uuid(), 'Tea', 'TEA-' || n FROM generate_series(1, 2500) n
    """)


def downgrade() -> None:
    op.execute("TRUNCATE products")
'''
_QUERY = '''\
def upgrade() -> None:
    op.execute("""{sql}""")


def downgrade() -> None:
    pass
'''


@pytest.mark.long
def test_the_examples_pass_the_lint_and_go_up_and_down(warm: dict[str, str]) -> None:
    """Each is a migration after those of the service, on a table that has rows."""
    with reading(NAMES, **warm) as reader:
        page = reader.page("migrations.md")
        queries = [_QUERY.format(sql=sql) for sql in _SQL.findall(page)]
        examples = [_TABLE, _ROWS, *_CODE.findall(page), *queries]
        assert page.count("\n```") == 2 * (len(examples) - 2 + page.count("```bash"))
        for file, text in _revisions(reader.path / FOLDER, examples):
            file.write_text(text, "utf-8")

        reader.run("uv", "run", "--no-sync", "task", "migrate-lint")
        reader.run("uv", "run", "--no-sync", "pytest", STAIRWAY)
        printed = reader.run(
            "uv", "run", "--no-sync", "task", "migrate-sql", "--", "main"
        )

    files = re.findall(rf"-- ({FOLDER}/\S+)$", printed, re.MULTILINE)
    assert files == [f"{FOLDER}/{_name(n)}" for n in range(len(examples))], printed


def _name(number: int) -> str:
    return f"9{number:03}_example.py"


def _revisions(folder: Path, bodies: Iterable[str]) -> Iterator[tuple[Path, str]]:
    before = max(file.name for file in folder.glob("0*.py"))[:4]
    for number, body in enumerate(bodies):
        name = _name(number)
        head = _HEAD.format(revision=name[:4], before=before)
        yield folder / name, head + body
        before = name[:4]
