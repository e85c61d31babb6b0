"""The pool of connections."""

import asyncio
from typing import Any, override

from sqlalchemy import AsyncAdaptedQueuePool, PoolProxiedConnection, exc
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only


class FairPool(AsyncAdaptedQueuePool):
    """A pool that serves who waited longest, and knows how many wait.

    In SQLAlchemy's own a connection that comes back goes to whoever asks next. Those who
    wait go to the end of the queue again, under load until they give up:
    https://github.com/sqlalchemy/sqlalchemy/issues/7679.
    """

    # Else SQLAlchemy would log as a part of this package, each coming and going.
    _sqla_logger_namespace = AsyncAdaptedQueuePool.__module__
    waiting = 0

    @override
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._places = asyncio.Semaphore(self.size() + self._max_overflow)

    @override
    def connect(self) -> PoolProxiedConnection:
        """Return a connection, as soon as there is one."""
        self.waiting += 1
        try:
            return super().connect()
        finally:
            self.waiting -= 1

    @override
    def _do_get(self) -> ConnectionPoolEntry:
        await_only(self._take_place())
        try:
            return super()._do_get()
        except BaseException:
            self._places.release()
            raise

    @override
    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        try:
            super()._do_return_conn(record)
        finally:
            self._places.release()

    async def _take_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self.timeout()):
                await self._places.acquire()
        except TimeoutError:
            raise exc.TimeoutError("All connections are in use") from None
