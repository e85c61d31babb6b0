"""The pool of connections."""

from typing import override

from sqlalchemy import AsyncAdaptedQueuePool, PoolProxiedConnection


class CountingPool(AsyncAdaptedQueuePool):
    """A pool that knows how many wait for one of its connections."""

    # Else SQLAlchemy would log as a part of this package, each coming and going.
    _sqla_logger_namespace = AsyncAdaptedQueuePool.__module__
    waiting = 0

    @override
    def connect(self) -> PoolProxiedConnection:
        """Return a connection, as soon as there is one."""
        self.waiting += 1
        try:
            return super().connect()
        finally:
            self.waiting -= 1
