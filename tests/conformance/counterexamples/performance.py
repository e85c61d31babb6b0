"""Services that waste time or memory (PER)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from plumb.checks.performance import LIMITS

_MIDDLEWARE = "{place[middleware]}"
PLAIN = Spoiled(
    Edit(f"{_MIDDLEWARE}/compression.py", "GZipResponder", "NoResponder"),
    says="nothing compresses answers",
)

_FRESH = '''"""Connects anew each time."""

from httpx2 import AsyncClient


async def ask(url: str) -> int:
    """Ask."""
    async with AsyncClient(timeout=1) as client:
        return (await client.get(url)).status_code
'''

_FILTERS = '''"""Filters what it has read."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection


async def odd(connection: AsyncConnection) -> list[int]:
    """Read."""
    return [each for each in await connection.scalars(select(1)) if each % 2]
'''

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PER-02": (
        Spoiled(
            Edit("Taskfile.yml", "py-spy record", "py-spy dump"),
            says="no task profiles where the time goes",
        ),
        Spoiled(
            Edit("Taskfile.yml", "memray run", "memray live"),
            says="no task profiles what takes memory",
        ),
    ),
    "PER-04": (
        Spoiled(
            Write("{src}/repositories/added.py", _FILTERS),
            says="leaves some out",
        ),
    ),
    "PER-03": (
        Spoiled(
            Edit("{src}/core/security.py", "frozen=True, slots=True", "frozen=True"),
            says="Principal has a dictionary for each object",
        ),
    ),
    "PER-07": (PLAIN,),
    "PER-08": (
        Spoiled(
            Edit(f"{_MIDDLEWARE}/deadline.py", "GATEWAY_TIMEOUT", "IM_A_TEAPOT"),
            Edit("{src}/core/tasks.py", "GATEWAY_TIMEOUT", "IM_A_TEAPOT"),
            says="nothing says that a request took too long",
        ),
    ),
    "PER-10": (
        Spoiled(
            Write("{src}/core/added.py", _FRESH),
            says="ask opens a connection for each call",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/e2e/test_observability.py::test_what_is_switched_off_is_not_imported": {
        "PER-04": Spoiled(
            Edit(
                "{place[startup]}/sentry.py",
                "import asyncio\n",
                "import asyncio\n\nimport sentry_sdk  # noqa: F401\n",
            )
        )
    },
    f"{LIMITS}::test_large_answer_is_compressed_for_who_accepts_it": {
        "PER-07 API-42": Spoiled(
            Edit(
                f"{_MIDDLEWARE}/compression.py",
                "layer = Layer(order=500, wrap=lambda app, _: CompressionMiddleware(app))",
                "",
            ),
            says="assert None == 'gzip'",
        )
    },
    f"{LIMITS}::test_request_that_takes_too_long_is_given_up": {
        "PER-08": Spoiled(
            Edit(
                f"{_MIDDLEWARE}/deadline.py",
                "asyncio.timeout(self._seconds)",
                "asyncio.timeout(None)",
            )
        )
    },
    f"{LIMITS}::test_request_has_half_a_minute_and_never_more_than_one": {
        "PER-08": Spoiled(
            Edit("{src}/core/limit_settings.py", "default=30", "default=20"),
            says="assert 20",
        ),
        "PER-09": Spoiled(
            Edit("{src}/core/limit_settings.py", ", le=60", ""), says="DID NOT RAISE"
        ),
    },
    f"{LIMITS}::test_body_that_does_not_come_is_given_up": {
        "PER-09": Spoiled(
            Edit(
                f"{_MIDDLEWARE}/deadline.py",
                'if scope["type"] != "http":',
                'if scope["type"] != "http" or scope["method"] == "POST":',
            )
        )
    },
    "tests/integration/test_outbound_calls.py"
    "::test_connection_is_kept_for_the_next_call": {
        "PER-10": Spoiled(
            Edit(
                "{src}/core/outbound.py",
                "            transport=transport,\n",
                "            transport=transport,\n"
                "            limits=httpx2.Limits(max_keepalive_connections=0),\n",
            )
        )
    },
}
