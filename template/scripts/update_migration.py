"""What becomes of the migration that an update needs, whatever writes it.

Tables and columns that no model names any more stay in the database, until a migration may
drop them; migrations/kept.txt names them.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import (
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    redirect_stdout,
)
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from scripts.migration_lint import lint
from scripts.migration_sql import COMMENT, read_statements
from scripts.scratch import clone, serving
from scripts.statements import PROJECT

FOLDER = PROJECT / "migrations"
_KEPT = FOLDER / "kept.txt"
_KEPT_HEAD = "# Without a model. To drop: uv run task template-finish -- --allow-drop\n"
_DROPS = {"ban-drop-column", "ban-drop-function", "ban-drop-table"}
_ALTERED = re.compile(r'ALTER TABLE "?(\w+)')
_EMPTIED = re.compile(r'ALTER COLUMN "?(\w+)"? DROP NOT NULL')


class HistoryError(Exception):
    """Nothing was written; the message says why, and what to do about it."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What became of the differences between the models and the migrations.

    Attributes:
        path: the migration, or None where none was needed.
        kept: tables, and columns such as `orders.note`, that stay without a model.
        dropped: those that the migration drops, with what is in them.
    """

    path: Path | None
    kept: list[str]
    dropped: list[str]


def kept() -> set[str]:
    """Return the tables and columns that stay, although no model names them."""
    if not _KEPT.exists():
        return set()
    lines = _KEPT.read_text("utf-8").splitlines()
    return {line for line in lines if not line.startswith("#")}


def keep(names: list[str]) -> None:
    """Write down which tables and columns stay, although no model names them."""
    if names:
        _KEPT.write_text(_KEPT_HEAD + "\n".join(names) + "\n", "utf-8")
    else:
        _KEPT.unlink(missing_ok=True)


def refuse_another_history(own: str, other: str) -> None:
    """Begin no history where there is one of another tool.

    Args:
        own: a glob for the migrations.
        other: a glob for those of the other tool.

    Raises:
        HistoryError: there is one.
    """
    if any(FOLDER.glob(other)) and not any(FOLDER.glob(own)):
        raise HistoryError(
            f"migrations/{other} are of another tool: the answer `migrations` was changed,"
            " and the tool of today cannot run them. Nothing was written.\n"
            "To keep that answer, take the update back: git stash --include-untracked.\n"
            "To go on with the new one: docs/migrations.md, After another tool."
        )


def mark(path: Path) -> None:
    """Let the lint pass what a migration does to what no model names, and say why."""
    statements = [each for each in read_statements() if each.file == path]
    sql = {statement.line: statement.sql for statement in statements}
    lines = path.read_text("utf-8").splitlines(keepends=True)
    for finding in reversed(lint(statements)):
        if reason := _reason(finding.rule, sql[finding.line]):
            line = lines[finding.line - 1]
            indent = line[: -len(line.lstrip())]
            comment = f"{indent}{COMMENT} squawk-ignore {finding.rule} -- {reason}\n"
            lines.insert(finding.line - 1, comment)
    path.write_text("".join(lines), "utf-8")


def _reason(rule: str, sql: str) -> str | None:
    if rule in _DROPS:
        return "template-finish was told to drop it"
    if rule == "ban-drop-not-null" and (table := _ALTERED.match(sql)):
        columns = {f"{table[1]}.{column}" for column in _EMPTIED.findall(sql)}
        return "no model names it, so new rows lack it" if columns <= kept() else None
    return None


@asynccontextmanager
async def scratch_database() -> AsyncIterator[str]:
    """Give the URL of an empty database on the server of the tests.

    Raises:
        HistoryError: there is no server.
    """
    with serving() as server:
        async with AsyncExitStack() as stack:
            try:
                url = await stack.enter_async_context(clone(server, "template1"))
            except (OSError, DBAPIError) as error:
                message = (
                    f"Migrations cannot be tried out, as there is no PostgreSQL: {error}\n"
                    "Start the one in TEST_DATABASE_URL, or unset that for an embedded one."
                )
                raise HistoryError(message) from error
            yield url


@contextmanager
def all_or_nothing(*failures: type[Exception]) -> Iterator[None]:
    """Leave the migrations as they were if the new one does not work.

    Args:
        failures: those that say so.

    Raises:
        HistoryError: there was one of them.
    """
    before = {path: path.read_bytes() for path in _files()}
    try:
        yield
    except BaseException as error:
        for path in _files() - before.keys():
            path.unlink()
        for path, content in before.items():
            path.write_bytes(content)
        if isinstance(error, failures):
            message = f"No migration was written, as it would not work: {error}"
            raise HistoryError(message) from error
        raise


def _files() -> set[Path]:
    return {each for each in FOLDER.rglob("*") if each.is_file()}


def report(writing: Coroutine[object, object, Written]) -> None:
    """Write the migration, and say what became of it.

    Raises:
        SystemExit: nothing was written.
    """
    try:
        with redirect_stdout(StringIO()):
            written = asyncio.run(writing)
    except HistoryError as error:
        sys.exit(f"Error: {error}")
    if written.path is None:
        print("The models need no migration.")
    else:
        print(f"Read {written.path.relative_to(PROJECT)}, and what SQL it runs.")
    if written.dropped:
        print(
            f"It drops, with all that is in them: {', '.join(written.dropped)}.\n"
            "Apply it when no version serves any more that uses them."
        )
    if written.kept:
        print(
            f"No model names these any more, so they stay, with all that is in them: "
            f"{', '.join(written.kept)}.\nmigrations/kept.txt lists them. To drop them: "
            "uv run task template-finish -- --allow-drop"
        )
