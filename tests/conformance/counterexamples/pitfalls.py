"""Services that fell into a known trap (PIT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.concurrency import (
    BLOCKING,
    BLOCKING_IMPORT,
    LOOP_IN_A_LOOP,
)
from conformance.counterexamples.security import FINDINGS as SECURITY
from plumb.checks.performance import LIMITS

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
                "    _judge(data)\n    order = await service.create(data)\n",
            ),
            Edit(
                "{orders[router]}.py",
                "OrderServiceDep = ",
                "def _judge(data: OrderCreate) -> None:\n    if data.note:\n"
                "        raise ValueError\n\n\nOrderServiceDep = ",
            ),
            Edit(
                "{orders[router]}.py",
                "    return page.map(OrderResponse.model_validate)\n",
                "    dear = [each for each in page.data if each.lines]\n"
                "    return page.map(OrderResponse.model_validate)\n",
            ),
            Edit(
                "{orders[router]}.py",
                "await service.place(order_id, precondition)",
                "order_id and await service.place(order_id, precondition)",
            ),
            Edit(
                "{orders[router]}.py",
                "        yield OrderResponse.model_validate(order)\n",
                "        order = order.model_copy(update={'note': None})\n"
                "        yield OrderResponse.model_validate(order)\n",
            ),
            says=(
                "_judge decides by itself",
                "list_orders decides by itself",
                "place_order decides by itself",
                "stream_orders decides by itself",
            ),
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
    "PIT-04": (BLOCKING, BLOCKING_IMPORT),
    "PIT-05": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Holds an engine."""\n\n'
                "from sqlalchemy.ext.asyncio import create_async_engine\n\n"
                'engine = create_async_engine("postgresql+asyncpg://")\n'
                "seen = set()\n_CACHE: dict[str, str] = {}\nLIMITS = {1: 2}\n\n\n"
                "def keep(name: str) -> None:\n"
                '    """Keep it."""\n    _CACHE[name] = name\n',
            ),
            says=(
                "create_async_engine runs when the module is imported",
                "seen can be changed from everywhere",
                "_CACHE can be changed from everywhere",
            ),
        ),
    ),
    "PIT-06": (*SECURITY["SEC-01"], *SECURITY["SEC-02"]),
    "PIT-07": (LOOP_IN_A_LOOP,),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{LIMITS}::test_answer_that_has_begun_is_not_cut_off": {
        "PIT-10": Spoiled(
            Edit("{place[middleware]}/deadline.py", "deadline.reschedule(None)", "pass")
        )
    },
}
