"""A statement of SQL in a migration."""

from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1]


class Statement(NamedTuple):
    """What it is, and the line of the migration that it begins in."""

    file: Path
    line: int
    sql: str


class UnknownSqlError(Exception):
    """What a migration runs cannot be told."""
