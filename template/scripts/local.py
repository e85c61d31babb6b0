"""Runs a command as on a developer's machine, with a PostgreSQL that is always there.

Usage: python -m scripts.local COMMAND [ARGUMENT ...]

`DATABASE_URL`, in the environment or in `.env`, names another database than the embedded
one, whose data stays between runs.
"""

import os
import signal
import subprocess
import sys

from dotenv import dotenv_values

from scripts.postgres import start_postgres


def main(command: list[str]) -> int:
    """Run the command and return its exit code."""
    environment = {"ENVIRONMENT": "local", "LOG_FORMAT": "console", **os.environ}
    if "DATABASE_URL" not in {**dotenv_values(".env"), **environment}:
        environment["DATABASE_URL"] = start_postgres("dev")
    process = subprocess.Popen(command, env=environment)
    # Ctrl-C reaches the command by itself; the database must outlive it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
