"""The SQL that the migrations run, which Alembic prints instead of running it."""

import traceback
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

PROJECT = Path(__file__).resolve().parents[1]


class Statement(NamedTuple):
    """A statement of SQL, and the line of the migration that runs it."""

    file: Path
    line: int
    sql: str


class UnknownSqlError(Exception):
    """What a migration runs cannot be told without a database."""


class _Recorder(StringIO):
    """Keeps what Alembic prints for a migration; the rest is for its own table."""

    def __init__(self, files: set[str]) -> None:
        super().__init__()
        self.statements: list[Statement] = []
        self._files = files

    def write(self, text: str) -> int:
        for frame, line in traceback.walk_stack(None):
            file = frame.f_code.co_filename
            if file in self._files:
                self.statements.append(Statement(Path(file), line, text.strip()))
                break
        return len(text)


def read_statements(config: Config | None = None) -> list[Statement]:
    """Return what the migrations run on their way up, in order.

    Args:
        config: Alembic's; without one, the project's.

    Raises:
        UnknownSqlError: a migration cannot do without a database.
    """
    config = config or Config(PROJECT / "alembic.ini")
    files = {each.path for each in ScriptDirectory.from_config(config).walk_revisions()}
    config.output_buffer = recorder = _Recorder(files)
    try:
        command.upgrade(config, "heads", sql=True)
    except Exception as error:
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename in files:
                raise UnknownSqlError(
                    f"{frame.filename}:{frame.lineno}: {error}. A migration runs without a"
                    " database, too, to show its SQL: let it read rows in SQL, not in"
                    " Python (docs/migrations.md, Fill a column)"
                ) from error
        raise
    return recorder.statements
