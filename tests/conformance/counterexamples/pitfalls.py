"""Services that fell into a known trap (PIT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.concurrency import BLOCKING, LOOP_IN_A_LOOP
from conformance.counterexamples.security import FINDINGS as SECURITY

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PIT-01": (
        Spoiled(
            Edit(
                "{src}/core/logging.py",
                "import logging",
                "import acme.cli\nimport logging",
            ),
            says="a circle",
        ),
    ),
    "PIT-02": (
        Spoiled(
            Edit(
                "{orders[router]}.py",
                "    order = await service.create(data)\n",
                "    if data.note:\n        raise ValueError\n"
                "    order = await service.create(data)\n",
            ),
            says="create_order decides by itself",
        ),
    ),
    "PIT-03": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Shares a list."""\n\n\ndef add(items: list[int] = []) -> list[int]:\n'
                '    """Add."""\n    return items\n',
            )
        ),
    ),
    "PIT-04": (BLOCKING,),
    "PIT-05": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Holds an engine."""\n\n'
                "from sqlalchemy.ext.asyncio import create_async_engine\n\n"
                'engine = create_async_engine("postgresql+asyncpg://")\n',
            ),
            says="create_async_engine runs when the module is imported",
        ),
    ),
    "PIT-06": (*SECURITY["SEC-01"], *SECURITY["SEC-02"]),
    "PIT-07": (LOOP_IN_A_LOOP,),
}
