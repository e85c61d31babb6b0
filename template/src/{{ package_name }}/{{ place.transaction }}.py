"""A transaction that others work in, and what is done once it lasts."""

import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

logger = logging.getLogger(__name__)


class AfterCommit:
    """What is done once changes last.

    That is: after a commit, even one that failed, for nobody knows how far it came. What is
    rolled back without one leaves nothing to be done.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._calls: list[Callable[[], Awaitable[None]]] = []

    def add(self, *calls: Callable[[], Awaitable[None]]) -> None:
        """Add calls; what they are for must bear that the process dies before them."""
        self._calls += calls

    def take(self) -> list[Callable[[], Awaitable[None]]]:
        """Return the calls, and forget them."""
        calls, self._calls = self._calls, []
        return calls

    async def run(self) -> None:
        """Make the calls; nobody may be told of a failure that what lasts did not have."""
        for call in self.take():
            try:
                await call()
            except Exception:
                logger.exception("after_commit_failed")


class Transaction:
    """An open transaction that others work in."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Take the connection whose transaction it is."""
        self.connection = connection
        self.after_commit = AfterCommit()

    async def commit(self) -> None:
        """Make the changes so far last.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database did not take them.
        """
        try:
            await self.connection.commit()
        finally:
            # What is cancelled here may have been committed.
            await self.after_commit.run()
