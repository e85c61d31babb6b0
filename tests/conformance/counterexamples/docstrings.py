"""Services that say too little about themselves (HDR)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

ADDED = "{src}/core/added.py"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "HDR-01": (
        Spoiled(
            Write("{src}/lost/__init__.py", ""),
            Write(
                ADDED,
                "class Box:\n"
                "    def open(self) -> None:\n"
                '        """\n'
                "        Open.\n"
                '        """\n\n'
                "    def close(self) -> None:\n"
                "        pass\n\n\n"
                "def show() -> int:\n"
                '    """Show.\n\n'
                "    returns:\n"
                "        A number.\n"
                "    Raises:\n\n"
                '    """\n\n\n'
                "def hide() -> None:\n"
                "    pass\n",
            ),
        ),
        Spoiled(
            Edit("pyproject.toml", 'convention = "google"', 'convention = "numpy"'),
            says="is google",
        ),
    ),
    "HDR-02": (
        Spoiled(
            Write(
                ADDED,
                "class Box:\n"
                "    def __init__(self) -> None:\n"
                "        pass\n\n"
                "    def __len__(self) -> int:\n"
                "        return 1\n\n"
                "    class Inner:\n"
                "        pass\n\n"
                "    def close(self) -> None:\n"
                "        pass\n\n\n"
                "def lose() -> None:\n"
                "    pass\n",
            )
        ),
        Spoiled(
            Write(
                ADDED,
                "def show() -> None:\n"
                '    """\n    show it\n    """\n\n\n'
                "def hide() -> None:\n"
                "    '''show it\n    all.\n\n    '''\n",
            )
        ),
    ),
    "HDR-03": (
        Spoiled(
            Write(
                ADDED,
                '"""Is added."""\n\n\n'
                "def show(left: int, right: int) -> None:\n"
                '    """Show.\n\n'
                "    Args:\n"
                "        left: one.\n"
                '    """\n',
            )
        ),
        Spoiled(
            Write(
                ADDED, 'def show() -> None:\n    """Show."""\n    raise ValueError\n'
            ),
            says="show raises ValueError",
        ),
    ),
    "HDR-06": (
        Spoiled(
            Write(ADDED, "NUMBER = 1\n"),
            Write("scripts/added.py", '"""Added."""\n'),
            Write("migrations/versions/0009_added.py", ""),
            says=("core/added.py", "scripts/added.py", "versions/0009_added.py"),
        ),
    ),
}
