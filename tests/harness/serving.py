"""Serves a generated project and asks it over HTTP."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from harness.process import CommandFailedError


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: the HTTP status.
        headers: the headers, by their names in lower case.
        body: the decoded JSON.
    """

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Server:
    """A running service.

    Attributes:
        port: where it listens, on the local host.
        log: the file that its output goes to.
    """

    port: int
    log: Path

    def get(self, path: str) -> Answer:
        """Send a GET request.

        Raises:
            OSError: nobody answers.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, json.loads(response.read()))
        finally:
            connection.close()


def free_port() -> int:
    """Return a port of this host that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def serve(
    project: Path,
    package: str,
    log: Path,
    environment: Mapping[str, str],
    through: Sequence[str] = (),
) -> Iterator[Server]:
    """Run `<package> serve` until the block ends; then stop it as an orchestrator does.

    Args:
        project: a project whose environment exists.
        package: its import package.
        log: where its output goes.
        environment: its environment variables.
        through: what runs it, such as `python -m scripts.local`.

    Raises:
        CommandFailedError: it does not answer.
    """
    port = free_port()
    command = [*through, package, "serve", "--port", str(port)]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            ["uv", "run", "--no-sync", *command],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        server = Server(port, log)
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            server.get("/health")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise CommandFailedError(f"the service does not answer:\n{server.log.read_text()}")
