"""Runs a command in a pseudo-terminal, as a user at a keyboard does."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

DOWN = "\x1b[B"
ENTER = "\r"
INTERRUPT = "\x03"
ERASE_LINE = "\x15"

# A terminal library writes "forward n columns" rather than n spaces.
_FORWARD = re.compile(r"\x1b\[(\d*)C")
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>])")


class ScreenTimeoutError(TimeoutError):
    """A text did not appear in time."""


class Terminal:
    """A command that runs in a terminal of its own.

    Attributes:
        text: what the command has written, without control sequences.
    """

    def __init__(
        self,
        command: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        columns: int = 240,
    ) -> None:
        """Start `command` in the folder `cwd`."""
        self.text = ""
        self._seen = 0
        self._raw = b""
        self._screen, keyboard = pty.openpty()
        size = struct.pack("HHHH", 40, columns, 0, 0)
        fcntl.ioctl(keyboard, termios.TIOCSWINSZ, size)
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            # Without a real terminal nothing answers where the cursor is.
            env={**environment, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
            stdin=keyboard,
            stdout=keyboard,
            stderr=keyboard,
            start_new_session=True,
        )
        os.close(keyboard)

    def __enter__(self) -> Self:
        """Return the terminal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the command if it still runs."""
        self._process.kill()
        self._process.wait()
        os.close(self._screen)

    def expect(self, text: str, seconds: float = 30) -> None:
        """Wait until `text` appears below what was expected before.

        Raises:
            ScreenTimeoutError: it has not appeared in time, or the command has ended.
        """
        end = time.monotonic() + seconds
        while (found := self.text.find(text, self._seen)) < 0:
            if time.monotonic() > end or not self._read(end):
                raise ScreenTimeoutError(
                    f"no {text!r} after:\n{self.text[self._seen :]}"
                )
        self._seen = found + len(text)

    def send(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._screen, keys.encode())

    def wait(self, seconds: float = 60) -> int:
        """Return the command's exit code once it has ended.

        Raises:
            subprocess.TimeoutExpired: it has not ended in time.
        """
        end = time.monotonic() + seconds
        while self._read(end):
            pass
        return self._process.wait(max(0.1, end - time.monotonic()))

    def _read(self, end: float) -> bool:
        """Take what was written; False when nothing more can come before `end`."""
        ready, _, _ = select.select(
            [self._screen], [], [], max(0.0, end - time.monotonic())
        )
        if not ready:
            return False
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self._raw += data
        text = self._raw.decode(errors="replace")
        text = _FORWARD.sub(lambda match: " " * int(match[1] or 1), text)
        self.text = _CONTROL.sub("", text)
        return bool(data)
