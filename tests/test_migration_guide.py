"""What the page *Migrations* shows is let pass, and works on a table with rows."""

import re
from collections.abc import Callable, Iterator

import pytest

from harness.answers import Answers, label
from harness.pages import Reader, reading
from harness.template import working_template

NAMES = {"project_name": "acme-orders", "package_name": "acme"}
TOOLS = working_template().questionnaire.each("migrations")
STAIRWAY = (
    "tests/integration/test_migrations.py::test_migrations_go_up_down_and_up_again"
)
_FILLED = "SELECT count(*) FROM articles WHERE weight = 0"
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
CREATE TABLE products (
    id uuid PRIMARY KEY, name varchar(200) NOT NULL, sku varchar(64) NOT NULL
);
"""
# More than a batch of the page takes, so that one batch alone fails later.
_ROWS = """\
INSERT INTO products (id, name, sku)
SELECT gen_random_uuid(), 'Tea', 'TEA-' || n FROM generate_series(1, 2500) n;
"""
_MARK = "squawk-ignore rows-at-once -- nobody uses the table yet"
_EXECUTE = '''\
def upgrade() -> None:
    {above}
    op.execute("""{sql}""")


def downgrade() -> None:
    op.execute("{back}")
'''


@pytest.mark.long
@pytest.mark.parametrize("tool", TOOLS, ids=label)
def test_the_examples_pass_the_lint_and_go_up_and_down(
    tool: Answers, warm: dict[str, str], need_tools: Callable[[Answers], None]
) -> None:
    """Each is a migration after those of the service, on a table that has rows.

    Down goes Alembic alone.
    """
    need_tools(tool)
    with reading({**NAMES, **tool}, **warm) as reader:

        def task(*words: str) -> str:
            return reader.run("uv", "run", "--no-sync", "task", *words)

        write = {"alembic": _revisions, "atlas": _files}[str(tool["migrations"])]
        written = list(write(reader))

        task("migrate-lint")
        task("migrate-up")
        filled = task("db-shell", "--", "-tAc", _FILLED)
        if tool["migrations"] == "alembic":
            reader.run("uv", "run", "--no-sync", "pytest", STAIRWAY)
        printed = task("migrate-sql", "--", "main")

    assert filled.endswith("2500\n")
    files = re.findall(r"-- (migrations/\S+)$", printed, re.MULTILINE)
    assert files == written, printed


def _revisions(reader: Reader) -> Iterator[str]:
    """Write the examples of the page of Alembic, and yield their paths."""
    page = reader.page("migrations.md")
    queries = [_execute(sql, "SELECT 1") for sql in _SQL.findall(page)]
    shown = [*_CODE.findall(page), *queries]
    _assert_all_are_known(page, len(shown))
    table = _execute(_TABLE, "DROP TABLE products")
    rows = _execute(_ROWS, "TRUNCATE products", f"# {_MARK}")
    folder = reader.path / "migrations" / "versions"
    before = max(file.name for file in folder.glob("0*.py"))[:4]
    for number, body in enumerate([table, rows, *shown], 9000):
        head = _HEAD.format(revision=number, before=before)
        path = folder / f"{number}_example.py"
        path.write_text(head + body, "utf-8")
        before = str(number)
        yield str(path.relative_to(reader.path))


def _files(reader: Reader) -> Iterator[str]:
    """Write the examples of the page of Atlas, and yield their paths."""
    page = reader.page("migrations.md")
    shown = _SQL.findall(page)
    _assert_all_are_known(page, len(shown))
    rows = f"-- {_MARK}\n{_ROWS}"
    for number, sql in enumerate([_TABLE, rows, *shown], 20990101000000):
        path = f"migrations/{number}_example.sql"
        (reader.path / path).write_text(sql, "utf-8")
        yield path
    hashing = ("python", "-m", "scripts.atlas", "migrate", "hash")
    reader.run("uv", "run", "--no-sync", *hashing)


def _assert_all_are_known(page: str, examples: int) -> None:
    assert page.count("\n```") == 2 * (examples + page.count("```bash"))


def _execute(sql: str, back: str, above: str = "") -> str:
    return _EXECUTE.format(sql=sql, back=back, above=above)
