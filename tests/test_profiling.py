"""The tasks that profile a service write what they promise."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from harness.pages import reading
from harness.serving import free_port

# The path is in a frame, or in a table of such.
TASKS = [
    ("profile", "profile.svg", "fastapi/routing.py"),
    ("profile-memory", "profile.html", "fastapi/routing.py"),
]
REQUESTS = 20


@pytest.mark.long
def test_tasks_write_what_a_served_process_did() -> None:
    """Each serves until Ctrl-C, and what requests took is in its file."""
    with reading({"project_name": "acme-orders"}) as reader:
        for task, file, holds in TASKS:
            printed = interrupted(task, reader.path, reader.environment)
            written = reader.path / file

            assert written.is_file(), printed
            assert holds in written.read_text("utf-8"), printed
        assert not reader.git("status", "--porcelain")


def interrupted(task: str, project: Path, environment: Mapping[str, str]) -> str:
    """Run a task, send requests, press Ctrl-C, and return what it printed."""
    port = free_port()
    with TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            ["uv", "run", "task", task],
            cwd=project,
            env={**environment, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            end = time.monotonic() + 60
            answered = 0
            while answered < REQUESTS and time.monotonic() < end:
                answered += answers(port)
            # A terminal sends it to all that it runs.
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        return output.read()


def answers(port: int) -> bool:
    """Ask for the readiness, and wait a little where nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        time.sleep(0.1)
        return False
    finally:
        connection.close()
