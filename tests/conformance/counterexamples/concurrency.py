"""Services in which one request makes the others wait (ASY)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.pagination import routes

_BLOCKING_CODE = '''"""Blocks."""

import asyncio
import os
import subprocess
import time
from pathlib import Path

import httpx
import requests


async def block(given: str) -> None:
    """Block in every way."""
    client = httpx.Client()
    client.get(given)
    Path(given).exists()
    input(given)
    requests.get(given, timeout=1)
    subprocess.Popen(given)
    subprocess.run(given, check=False)
    os.wait()
    open(given)
    time.sleep(1)
    asyncio.create_task(block(given))
'''
_LOOP = '''"""Starts a loop in a loop."""

import asyncio


async def wait() -> None:
    """Wait."""
    asyncio.run(wait())
'''
_LOCKED = '''"""Stops everybody."""

import threading
from threading import Lock

one = threading.Lock()
other = Lock()


async def wait() -> None:
    """Wait for both."""
    with one, other:
        pass
'''
_OUTBOUND = "tests/unit/test_outbound.py"
_SETTINGS = "{src}/core/process_settings.py"
_OPEN = '''"""Leaves things open."""

from typing import Any


async def leave(engine: Any) -> None:
    """Leave a connection open."""
    connection = await engine.connect()
    print(connection)
'''

BLOCKING = Spoiled(Write("{src}/core/added.py", _BLOCKING_CODE))
BLOCKING_IMPORT = Spoiled(
    *BLOCKING.changes,
    Write("{src}/core/more.py", "from pymongo import MongoClient\n"),
    says=("imports requests, which blocks", "imports pymongo.MongoClient"),
)
LOOP_IN_A_LOOP = Spoiled(Write("{src}/core/added.py", _LOOP), says="asyncio.run fails")
_SYNCHRONOUS_CLIENT = Spoiled(
    Edit("pyproject.toml", '    "asyncpg>=', '    "requests",\n    "asyncpg>='),
    says="depends on requests",
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "ASY-01": (BLOCKING, _SYNCHRONOUS_CLIENT),
    "ASY-02": (
        BLOCKING,
        BLOCKING_IMPORT,
    ),
    "ASY-05": (
        Spoiled(Write("{src}/core/added.py", _OPEN), says="may never be closed"),
    ),
    "ASY-07": (BLOCKING,),
    "ASY-08": (
        Spoiled(
            Edit("{src}/core/database.py", '"timeout"', '"patience"'),
            Edit("{src}/core/database.py", '"command_timeout"', '"endurance"'),
            Edit("{src}/core/database.py", '"statement_timeout"', '"work_mem"'),
            says=(
                "may wait for ever to be connected",
                "may wait for ever for a command",
            ),
        ),
        Spoiled(
            Edit(
                "{place[health]}.py",
                "asyncio.timeout(_PATIENCE_SECONDS)",
                "asyncio.Lock()",
            ),
            Edit("{place[health]}.py", "TimeoutError", "OSError"),
            says="ready waits as long",
        ),
    ),
    "ASY-06": (
        routes(
            '@router.get("")\ndef stream_things() -> Iterator[Thing]:\n'
            '    """Send them."""\n    yield Thing()\n',
            says="stream_things takes a thread",
        ),
    ),
    "ASY-09": (
        Spoiled(
            Write("{src}/core/added.py", _LOCKED),
            says=("threading.Lock stops", "Lock stops the event loop"),
        ),
    ),
    "ASY-13": (_SYNCHRONOUS_CLIENT,),
    "ASY-14": (
        Spoiled(
            Edit(
                "{src}/core/database.py",
                "            pool_size=settings.pool_size,\n",
                "",
            ),
            says="create_async_engine without pool_size",
        ),
    ),
    "ASY-15": (LOOP_IN_A_LOOP,),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_OUTBOUND}::test_calls_that_are_awaited_together_take_the_time_of_one": {
        "ASY-03": Spoiled(
            Edit(_SETTINGS, "Field(default=10, ge=1)", "Field(default=1, ge=1)")
        )
    },
    f"{_OUTBOUND}::test_calls_at_once_are_ten": {
        "ASY-04": Spoiled(
            Edit(_SETTINGS, "Field(default=10, ge=1)", "Field(default=11, ge=1)")
        )
    },
}
