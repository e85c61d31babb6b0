"""Services that fell into a known trap (PIT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

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
    "PIT-03": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Shares a list."""\n\n\ndef add(items: list[int] = []) -> list[int]:\n'
                '    """Add."""\n    return items\n',
            )
        ),
    ),
}
