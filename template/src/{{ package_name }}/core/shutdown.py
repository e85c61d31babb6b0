"""The end of the process: first it is no longer ready, a while later it stops."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Supervisors pass on a signal that the process has got itself.
_ECHO_SECONDS = 1


class Shutdown:
    """Whether the process is about to end.

    Attributes:
        begun: the readiness probe says no, and answers close their connections.
    """

    def __init__(self, delay_seconds: float) -> None:
        """Let that much time pass between SIGTERM and the server's reaction to it."""
        self.begun = False
        self._delay_seconds = delay_seconds

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Come before the server's own handlers: it serves on for the delay.

        SIGINT, which is somebody at a keyboard, has no delay. A second signal ends the
        process at once. Where no server handles signals, nothing changes.
        """
        handlers = {n: h for n in _SIGNALS if callable(h := signal.getsignal(n))}
        in_main_thread = threading.current_thread() is threading.main_thread()
        if not in_main_thread or signal.SIGTERM not in handlers:
            yield
            return
        loop = asyncio.get_running_loop()
        begun_at = 0.0

        def stop(number: int, frame: FrameType | None) -> None:
            nonlocal begun_at
            if not self.begun:
                self.begun, begun_at = True, monotonic()
                delay = self._delay_seconds if number == signal.SIGTERM else 0
                handle = partial(handlers[signal.Signals(number)], number, frame)
                loop.call_soon_threadsafe(loop.call_later, delay, handle)
            elif monotonic() - begun_at > _ECHO_SECONDS:
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(number)

        for number in handlers:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
