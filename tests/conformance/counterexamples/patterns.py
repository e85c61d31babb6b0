"""Services that are built the wrong way (PAT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

_NOTES = "{src}/core/notes.py"
_INTERFACE = '"""Asks for a lot."""\n\nfrom typing import Protocol\n\n\n' + "\n".join(
    [
        "class Notes(Protocol):",
        '    """Notes."""',
        *(f"    def method_{number}(self) -> None: ..." for number in range(6)),
        "",
    ]
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PAT-02": (
        Spoiled(
            Edit(
                "{orders[service]}.py",
                "        return self._visible(await self._cached.get(order_id, self._orders.get))\n",
                "        await self._uow.execute(order_id)\n"
                "        return await self._session.get(OrderModel, order_id)\n",
            ),
            says=("calls self._uow.execute", "calls self._session.get"),
        ),
    ),
    "PAT-03": (
        Spoiled(
            Edit(
                "{place[unit_of_work]}.py",
                "await asyncio.shield(self._connection.close())",
                "return None",
            ),
            Edit(
                "{place[unit_of_work]}.py",
                "await self._savepoint.rollback()",
                "return None",
            ),
            says="add a unit of work",
        ),
    ),
    "PAT-05": (
        Spoiled(
            Write("{src}/app.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
            says="makes the application when it is imported",
        ),
        Spoiled(
            Edit("{orders[router]}.py", "async def get_order(", "def get_order("),
            says="get_order takes up a thread: make it async",
        ),
        Spoiled(
            Write(_NOTES, "class NoteRepository:\n    pass\n"),
            says="has no base in common with",
        ),
    ),
    "PAT-06": (
        Spoiled(
            Write(
                _NOTES,
                "class One:\n    pass\n\n\nclass Two(One):\n    pass\n\n\n"
                "class Three(Two):\n    pass\n\n\nclass Four(Three):\n    pass\n",
            ),
            says="Four has 3 ancestors (Three, Two, One)",
        ),
    ),
    "PAT-07": (
        Spoiled(
            Write(_NOTES, "def note() -> None:\n" + "    print()\n" * 50),
            says="note has 51 lines",
        ),
        Spoiled(Write(_NOTES, "import os\n" * 501), says="has 501 lines"),
        Spoiled(
            Write(_NOTES, "".join(f"class Note{n}:\n    pass\n" for n in range(4))),
            says="defines 4 classes",
        ),
    ),
    "PAT-09": (
        Spoiled(
            Edit("pyproject.toml", 'plugins = ["pydantic.mypy"]', "plugins = []"),
            says="tool.mypy is strict",
        ),
        Spoiled(
            Edit(
                "{place[base_schema]}.py", "ignore[prop-decorator]", "ignore[override]"
            ),
            says="a broken override",
        ),
    ),
    "PAT-10": (Spoiled(Write(_NOTES, _INTERFACE), says="Notes asks for 6 methods"),),
    "PAT-11": (
        Spoiled(
            Edit(
                "{orders[service]}.py", "self._uow = uow", "self._uow = AsyncSession()"
            ),
            says="makes its own AsyncSession",
        ),
    ),
    "PAT-15": (
        Spoiled(
            Edit(
                "{orders[service]}.py", "import logging", "import httpx\nimport logging"
            ),
            says="imports httpx",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/integration/test_database.py::test_unit_of_work_commits_at_the_end": {
        "PAT-03": Spoiled(
            Edit("{place[unit_of_work]}.py", "if kind is None:", "if kind is Warning:")
        )
    },
}
