"""The requirements of the standards, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

type Status = Literal["checked", "documented", "not yet", "refused"]

STANDARDS = {
    "S0": "Engineering standard: layers, tooling, operations",
    "S1": "Development standards: the mandatory list",
    "S2": "Design principles: business domains, Atlas",
    "S3": "Engineering practices: an index",
    "S4": "Best practices 2025: rules with ids, deployment, AI",
}
STATUSES: tuple[Status, ...] = ("checked", "documented", "not yet", "refused")

_ROOT = Path(__file__).resolve().parents[1]
_KEYS = frozenset({"id", "text", "from", "strength", "kind", "asks"})
_OUTCOMES = frozenset({"documented", "not yet", "refused"})


class MatrixError(ValueError):
    """A file of the matrix is wrong; the message names the row and the rule."""


@dataclass(frozen=True)
class Requirement:
    """A row of the matrix.

    Attributes:
        id: its concern and number, as `LAY-01`.
        text: what it demands.
        source: the lines of the standards it comes from.
        strength: `must`, `should` or `may`.
        kind: what it is about: generated code, configuration or documentation, or
            the work of people.
        asks: the kinds of checks it calls for.
        documented: `in` which file of a project (`plumbline:` before it for a file of
            this repository), below which heading (`section`) it `says` what.
        waits_for: the name of the feature it needs, which does not exist yet.
        refused: `why`, and the `decision` record.
    """

    id: str
    text: str
    source: str
    strength: str
    kind: str
    asks: tuple[str, ...]
    documented: Mapping[str, str] | None = None
    waits_for: str | None = None
    refused: Mapping[str, str] | None = None

    @property
    def concern(self) -> str:
        """The prefix of its id."""
        return self.id.partition("-")[0]

    @property
    def standards(self) -> list[str]:
        """The standards that demand it, as `S0`."""
        return sorted({part.strip()[:2] for part in self.source.split(";")})

    @property
    def status(self) -> Status:
        """What became of it."""
        if self.documented:
            return "documented"
        if self.waits_for:
            return "not yet"
        return "refused" if self.refused else "checked"


@dataclass(frozen=True)
class Matrix:
    """All requirements, and what the features are that some wait for.

    Attributes:
        concerns: the titles of the concerns by their prefixes.
        requirements: the rows by their ids.
        features: what each feature is, and by what one sees that it is there.
    """

    concerns: Mapping[str, str]
    requirements: Mapping[str, Requirement]
    features: Mapping[str, Mapping[str, Any]]

    @classmethod
    @cache
    def read(cls) -> "Matrix":
        """Read the matrix.

        Raises:
            MatrixError: a row is not as it should be.
        """
        folder = Path(__file__).with_name("matrix")
        folder = folder if folder.is_dir() else _ROOT / "docs" / "standards" / "matrix"
        concerns: dict[str, str] = {}
        rows: dict[str, Requirement] = {}
        for file in sorted(folder.glob("[A-Z][A-Z][A-Z].yml")):
            content = yaml.safe_load(file.read_text("utf-8"))
            concerns[file.stem] = content["concern"]
            for row in content["rows"]:
                requirement = _requirement(row)
                if requirement.id in rows or requirement.concern != file.stem:
                    raise MatrixError(f"{file.name}: {requirement.id} is out of place")
                rows[requirement.id] = requirement
        features = yaml.safe_load((folder / "features.yml").read_text("utf-8"))
        return cls(concerns, rows, features)


def _requirement(row: Mapping[str, Any]) -> Requirement:
    name = row.get("id", "a row without id")
    if missing := _KEYS - row.keys():
        raise MatrixError(f"{name}: {', '.join(sorted(missing))} is missing")
    if unknown := row.keys() - _KEYS - _OUTCOMES:
        raise MatrixError(f"{name}: {', '.join(sorted(unknown))} is unknown")
    if len(_OUTCOMES & row.keys()) > 1:
        raise MatrixError(f"{name}: a row has one outcome, or none and a check")
    return Requirement(
        id=row["id"],
        text=" ".join(row["text"].split()),
        source=row["from"],
        strength=row["strength"],
        kind=row["kind"],
        asks=tuple(row["asks"]),
        documented=row.get("documented"),
        waits_for=row.get("not yet"),
        refused=row.get("refused"),
    )
