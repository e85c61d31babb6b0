"""Counts what a request asks of the database."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class QueryCount:
    """The statements so far, and the seconds that they took."""

    number: int = 0
    seconds: float = 0.0


query_count: ContextVar[QueryCount | None] = ContextVar("query_count", default=None)
