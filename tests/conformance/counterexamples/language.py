"""Services written in another Python (PYV)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

MANIFEST = "pyproject.toml"


def _code(text: str) -> Write:
    return Write("{src}/core/added.py", f'"""Is added."""\n\n{text}')


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PYV-01": (
        Spoiled(
            Edit(MANIFEST, 'requires-python = ">=3.13"', 'requires-python = ">=3.12"'),
            says="Python 3.12 is allowed",
        ),
    ),
    "PYV-03": (
        Spoiled(
            _code(
                "import logging\n\n\n"
                "def show(name: str) -> str:\n"
                '    """Show."""\n'
                '    logging.info(f"{name}")\n'
                '    print("%s" % name, "{}".format(name))\n'
                '    return f"SELECT * FROM users WHERE name = {name}"\n'
            )
        ),
    ),
    "PYV-04": (
        Spoiled(
            _code(
                "class Pair:\n"
                '    """Two."""\n\n'
                "    def __init__(self, left: int, right: int) -> None:\n"
                "        self.left = left\n"
                "        self.right = right\n"
            ),
            says="make it a dataclass",
        ),
    ),
    "PYV-05": (
        Spoiled(
            _code(
                "import os\n\n"
                'os.path.abspath("a")\n'
                'os.makedirs("a")\n'
                'os.remove("a")\n'
                'os.path.exists("a")\n'
                'os.path.join("a", "b")\n'
                'os.path.dirname("a")\n'
                'open("a")\n'
            )
        ),
    ),
    "PYV-06": (Spoiled(_code('import os\n\nNAMES = os.listdir("a")\n')),),
    "PYV-07": (Spoiled(_code('FILE = open("a")\n')),),
    "PYV-08": (
        Spoiled(_code("breakpoint()\n")),
        Spoiled(
            Edit(".pre-commit-config.yaml", "uv run ruff", "true"), says="left behind"
        ),
    ),
    "PYV-09": (
        Spoiled(
            _code(
                "from collections.abc import Iterable, Iterator\n\n\n"
                "def count(items: Iterable[int]) -> Iterator[object]:\n"
                "    index = 0\n"
                "    for item in items:\n"
                "        print(index, item)\n"
                "        index += 1\n"
                "    found = []\n"
                "    for item in items:\n"
                "        found.append(item + 1)\n"
                "    yield list(item + 1 for item in items)\n"
                "    yield set(item + 1 for item in items)\n"
                "    yield dict((item, 1) for item in items)\n"
                "    yield [item for item in items]\n\n\n"
                "def has(items: Iterable[int]) -> bool:\n"
                "    for item in items:\n"
                "        if item > 1:\n"
                "            return True\n"
                "    return False\n"
            )
        ),
    ),
    "PYV-10": (
        Spoiled(
            _code(
                "from typing import Generic, TypeAlias, TypeVar\n\n"
                'T = TypeVar("T")\n'
                "Names: TypeAlias = list[str]\n\n\n"
                "class Box(Generic[T]):\n"
                '    """A box."""\n\n\n'
                "def same(item: T) -> T:\n"
                '    """Return it."""\n'
                "    return item\n"
            )
        ),
        Spoiled(
            _code('from typing import TypeVar\n\nT = TypeVar("T")\n'),
            says="makes a TypeVar",
        ),
    ),
    "PYV-12": (Spoiled(_code("from typing import Sequence\n")),),
    "PYV-13": (
        Spoiled(
            _code(
                "from datetime import date, datetime\n\n"
                "datetime(2026, 1, 1)\n"
                "datetime.today()\n"
                "date.fromtimestamp(1)\n"
                "datetime.min\n"
                "datetime.utcnow()\n"
                "datetime.utcfromtimestamp(1)\n"
                "datetime.now()\n"
                "datetime.fromtimestamp(1)\n"
                'datetime.strptime("2026", "%Y")\n'
                "date.today()\n"
            )
        ),
        Spoiled(
            _code(
                'from zoneinfo import ZoneInfo\n\nHERE = ZoneInfo("Europe/Berlin")\n'
            ),
            says="names the zone Europe/Berlin",
        ),
    ),
    "PYV-16": (
        Spoiled(
            _code('def open_(status: str) -> bool:\n    return status == "draft"\n'),
            says="compares with 'draft'",
        ),
    ),
}
