"""One transaction for several repositories."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import DeclarativeBase, Session


class UnitOfWork(AbstractAsyncContextManager["UnitOfWork"]):
    """Several repositories, one transaction, and one connection once it is needed.

    A service commits at the end of what it changes. Leaving the block commits what is
    left, or rolls back when an exception passes through.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Take connections from an engine; none is taken before the first statement."""
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, or roll back after an exception, and give the connection back."""
        if self._connection is None:
            return
        try:
            if kind is None:
                await self.commit()
        finally:
            # Even a request that is cancelled must not keep its connection.
            await asyncio.shield(self._connection.close())

    def repository[R](self, kind: Callable[["UnitOfWork"], R]) -> R:
        """Return a repository that works in this transaction."""
        return kind(self)

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        """Run a statement.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not run it.
        """
        connection = self._connection or await self._connect()
        return await connection.execute(statement, parameters)

    async def insert(self, rows: Sequence[DeclarativeBase]) -> None:
        """Insert rows with what belongs to them, and fetch what the database computes.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not take them.
        """
        connection = self._connection or await self._connect()
        await connection.run_sync(_flush, rows)

    async def commit(self) -> None:
        """Make the changes so far last.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not take them.
        """
        if self._connection is not None and self._connection.in_transaction():
            await self._connection.commit()

    async def _connect(self) -> AsyncConnection:
        self._connection = await self._engine.connect()
        return self._connection


def _flush(connection: Connection, rows: Sequence[DeclarativeBase]) -> None:
    if not connection.in_transaction():
        connection.begin()
    # The session ends here, the transaction does not.
    with Session(connection, join_transaction_mode="rollback_only") as session:
        session.add_all(rows)
        session.flush()
