"""Runs commands, and says what happened when one fails."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TAIL = 60
"""How many lines of a failed command's output are shown."""

# What `uv run` or a developer's shell says about *this* project must not reach another:
# only where packages come from, and where they are kept, is a matter of the machine.
_MACHINE_SETTINGS = (
    "UV_CACHE_DIR",
    "UV_CONCURRENT_",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_HTTP_",
    "UV_INDEX",
    "UV_INSECURE_HOST",
    "UV_KEYRING_PROVIDER",
    "UV_LINK_MODE",
    "UV_NATIVE_TLS",
    "UV_NETRC",
    "UV_OFFLINE",
    "UV_PYTHON_DOWNLOADS",
    "UV_PYTHON_INSTALL",
    "UV_REQUEST_",
    "UV_SYSTEM_CERTS",
)
_WORKERS = "PYTEST_XDIST_AUTO_NUM_WORKERS"
_FOREIGN = ("UV", "VIRTUAL_ENV", "PYTHON", "PYTEST_", "COVERAGE_", "COV_CORE_")


class CommandFailedError(AssertionError):
    """A command ended with another status than 0, or did not end in time."""

    def __init__(self, message: str, output: str = "") -> None:
        """Keep all that the command wrote, of which the message holds the end."""
        super().__init__(message)
        self.output = output


@dataclass(frozen=True)
class Finished:
    """A command that succeeded.

    Attributes:
        output: what it wrote to both streams.
        seconds: how long it took.
    """

    output: str
    seconds: float


def run(
    arguments: Sequence[str | Path],
    folder: Path,
    *,
    hint: str = "",
    timeout: float = 1200,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a command in a folder and return what it wrote.

    Args:
        arguments: the command and its arguments.
        folder: where to run it.
        hint: a line for the error message, such as how to make the folder again.
        timeout: after how many seconds the command and its children are killed.
        environment: its environment variables; by default those of `clean_environment`.

    Raises:
        CommandFailedError: it failed; the message holds the end of its output.
    """
    begin = time.monotonic()
    process = subprocess.Popen(
        [str(argument) for argument in arguments],
        cwd=folder,
        env=clean_environment() if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=timeout)
        problem = f"exit status {process.returncode}" if process.returncode else ""
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        problem = f"no end after {timeout:.0f} s"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    seconds = time.monotonic() - begin
    if problem:
        line = shlex.join(str(argument) for argument in arguments)
        tail = "\n".join(output.splitlines()[-TAIL:])
        raise CommandFailedError(
            "\n".join(filter(None, [f"{line}\nin {folder}: {problem}", tail, hint])),
            output,
        )
    return Finished(output, seconds)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what belongs to this repository."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_MACHINE_SETTINGS) or not name.startswith(_FOREIGN)
    }
    own = str(Path(sys.prefix) / "bin")
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if folder != own)
    # Where several projects are tested at once, each gets one processor.
    shared = "PYTEST_XDIST_WORKER" in os.environ
    return kept | {"PATH": path} | ({_WORKERS: "1"} if shared else {})
