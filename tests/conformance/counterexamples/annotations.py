"""Services whose types say too little (TYP)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

MANIFEST = "pyproject.toml"
CI = ".github/workflows/ci.yml"
NOT_STRICT = Spoiled(
    Edit(MANIFEST, "strict = true", "strict = false\nwarn_return_any = false"),
    Edit(MANIFEST, '"src", "tests", "scripts"', '"scripts"'),
    says=(
        "strict is not true",
        "warn_return_any is off",
        "leaves out src/acme",
        "tests",
    ),
)


def _code(text: str) -> Write:
    return Write("{src}/core/added.py", f'"""Is added."""\n\n{text}')


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "TYP-01": (
        Spoiled(
            _code(
                "def show(name, *names, **named):\n    pass\n\n\n"
                "def _hide() :\n    return 1\n\n\n"
                "class Box:\n"
                "    def __len__(self, size):\n        return size\n\n"
                "    @classmethod\n"
                "    def make(cls):\n        return cls()\n"
            )
        ),
        NOT_STRICT,
        Spoiled(
            _code(
                "class Box:\n    size = 1\n\n\n"
                "class Crate(Box):\n    depth: int = 1\n    width = 1\n"
            ),
            says=("Box.size", "Crate.width"),
        ),
    ),
    "TYP-02": (
        NOT_STRICT,
        Spoiled(Edit(CI, "task check", "task test"), says="runs mypy"),
    ),
    "TYP-04": (
        Spoiled(Edit(CI, "task check", "task test"), says="checks types"),
        Spoiled(
            Edit(".pre-commit-config.yaml", "uv run mypy", "true"), says="runs mypy"
        ),
    ),
    "TYP-05": (
        Spoiled(Edit(MANIFEST, '["pydantic.mypy"]', "[]"), says="pydantic.mypy"),
    ),
    "TYP-06": (
        Spoiled(
            Edit(MANIFEST, 'module = "asyncpg"', 'module = "acme.core.*"'),
            says="does not look into acme.core.*",
        ),
    ),
    "TYP-07": (
        Spoiled(
            _code(
                "class Mailer:\n"
                "    def send(self, text: str) -> None:\n"
                '        """Send."""\n'
                "        raise NotImplementedError\n\n\n"
                "class Store(ABC):\n"
                "    def open(self) -> int:\n        return 1\n\n"
                "    @abstractmethod\n"
                "    def close(self) -> None: ...\n"
            ),
            says=("Mailer only says", "Store only says"),
        ),
    ),
    "TYP-08": (
        Spoiled(
            Edit("{place[base_schema]}.py", "class Page[Item](", "class Page("),
            says="Page is for one kind",
        ),
    ),
    "TYP-09": (
        Spoiled(
            _code(
                "def traced(call):\n"
                "    def inner(*args, **options):\n"
                "        return call(*args, **options)\n\n"
                "    return inner\n"
            ),
            says="forgets the parameters",
        ),
    ),
    "TYP-10": (
        Spoiled(
            Edit(
                "{place[base_repository]}.py",
                "async def get(self, key: UUID, *, lock: bool = False) -> EntityT:",
                "async def get(self, key: UUID) -> EntityT | None:",
            ),
            says="has no get() that raises",
        ),
    ),
    "TYP-11": (
        Spoiled(
            _code(
                "from typing import Optional\n\n\n"
                "def show(name: Optional[str], size: int = None) -> None:\n"
                '    """Show."""\n'
            )
        ),
    ),
    "TYP-12": (
        Spoiled(
            _code(
                "from typing import Union\n\n\n"
                "def show(name: Union[str, int]) -> None:\n"
                '    """Show."""\n'
            )
        ),
    ),
    "TYP-13": (
        Spoiled(
            _code(
                "def sort(order: str) -> bool:\n"
                '    return order in {"ascending", "descending"}\n'
            ),
            says="one of ascending, descending",
        ),
    ),
    "TYP-14": (
        Spoiled(
            _code("from typing import Any\n\n\ndef show(name: Any) -> None: ...\n")
        ),
        NOT_STRICT,
    ),
    "TYP-15": (
        Spoiled(
            _code(
                "def show(items: dict[str, list[dict[str, set[int]]]]) -> None: ...\n"
            ),
            says="a type of 4 levels",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/integration/test_database.py"
    "::test_repository_without_the_row_says_not_found": {
        "TYP-10": Spoiled(
            Edit(
                "{place[base_repository]}.py",
                "raise NotFoundError(self.resource, key)",
                "raise LookupError",
            )
        )
    },
}
