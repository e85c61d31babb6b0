"""Services that waste time or memory (PER)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PER-03": (
        Spoiled(
            Edit("{src}/core/security.py", "frozen=True, slots=True", "frozen=True"),
            says="Principal has a dictionary for each object",
        ),
    ),
}
