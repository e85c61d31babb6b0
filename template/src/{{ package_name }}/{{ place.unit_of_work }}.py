"""One transaction for several repositories."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, override

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction
from sqlalchemy.util import greenlet_spawn

type Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class UnitOfWork(AbstractAsyncContextManager["UnitOfWork"]):
    """Several repositories, one transaction, and one connection once it is needed.

    A service commits at the end of what it changes. Leaving the block commits what is
    left, or rolls back when an exception passes through.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Take connections from an engine; none is taken before the first statement."""
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._ended = False

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, or roll back after an exception, and give the connection back."""
        self._ended = True
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
        self, statement: Executable, parameters: Parameters | None = None
    ) -> CursorResult[Any]:
        """Run a statement, with a list of parameters once for each of them.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not run it.
        """
        connection = self._connection or await self._connect()
        return await connection.execute(statement, parameters)

    async def commit(self) -> None:
        """Make the changes so far last.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not take them.
        """
        if self._connection is not None and self._connection.in_transaction():
            await self._connection.commit()

    async def pause(self) -> None:
        """Commit, and lend the connection to others until the next statement.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not take the changes.
        """
        await self.commit()
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.shield(connection.close())

    async def _connect(self) -> AsyncConnection:
        if self._ended:
            raise RuntimeError("The unit of work has ended; only a GET streams from it")
        # Set before it is connected: a statement that comes meanwhile fails, and does
        # not take a second connection, which nobody would give back.
        self._connection = connection = self._engine.connect()
        try:
            return await connection.start()
        except BaseException:
            self._connection = None
            raise


class ReadingUnitOfWork(UnitOfWork):
    """Statements that stand alone; each has a connection for no longer than it takes."""

    @override
    async def execute(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> CursorResult[Any]:
        """Run a statement, with a list of parameters once for each of them.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not run it.
        """
        # One change into SQLAlchemy's synchronous code and back, which costs as much as
        # a small query, and not one each to connect, to execute and to close.
        return await greenlet_spawn(self._execute, statement, parameters)

    def _execute(
        self, statement: Executable, parameters: Parameters | None
    ) -> CursorResult[Any]:
        with self._engine.sync_engine.connect() as connection:
            return connection.execute(statement, parameters)


class NestedUnitOfWork(UnitOfWork):
    """A unit of work in an open transaction; what it commits lasts as that does."""

    def __init__(self, outer: AsyncConnection) -> None:
        """Work in the connection's transaction, and leave both open."""
        super().__init__(outer.engine)
        self._outer = outer
        self._savepoint: AsyncTransaction | None = None

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, or after an exception go back to the last commit."""
        if kind is None:
            await self.commit()
        elif self._savepoint is not None and self._savepoint.is_active:
            await self._savepoint.rollback()

    async def commit(self) -> None:
        """Make the changes so far last, if the outer transaction is committed.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not take them.
        """
        if self._savepoint is not None and self._savepoint.is_active:
            await self._savepoint.commit()
        self._connection = None

    async def _connect(self) -> AsyncConnection:
        self._savepoint = await self._outer.begin_nested()
        self._connection = self._outer
        return self._outer
