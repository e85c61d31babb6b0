"""The transaction around a use case."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession


class UnitOfWork:
    """Several repositories, one transaction.

    A service commits at the end of what it changes. Leaving the block commits what is
    left, or rolls back when an exception passes through.
    """

    def __init__(self, session: AsyncSession) -> None:
        """Take over the session's transaction; closing the session stays outside."""
        self._session = session

    async def __aenter__(self) -> Self:
        """Start; the first query opens the transaction."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Commit, or roll back after an exception."""
        if kind is None:
            await self._session.commit()
        else:
            await self._session.rollback()

    def repository[R](self, kind: Callable[[AsyncSession], R]) -> R:
        """Return a repository that works in this transaction."""
        return kind(self._session)

    async def commit(self) -> None:
        """Make the changes so far last.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not take them.
        """
        await self._session.commit()
