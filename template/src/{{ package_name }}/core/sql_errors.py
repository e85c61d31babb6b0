"""Keeps the values of a statement out of what is said of its error."""

import asyncpg
from sqlalchemy import ExceptionContext

_DATA_EXCEPTION = "22"


def hide_values(context: ExceptionContext) -> None:
    """Take values out of the texts of an error; listens to `handle_error`.

    PostgreSQL quotes a row in DETAIL, and a value that has the wrong form in the
    message itself, as asyncpg does. The constraint's name stays.
    """
    error = context.original_exception
    cause = error.__cause__
    if not isinstance(cause, asyncpg.PostgresError):
        return
    cause.detail = None
    if (cause.sqlstate or "").startswith(_DATA_EXCEPTION):
        for each in (cause, error, context.sqlalchemy_exception):
            if each is not None:
                each.args = (f"{type(cause).__name__} (values are not shown)",)
