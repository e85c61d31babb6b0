"""Reads the lock files that uv writes, line by line, and makes a template of them.

A lock is taken apart into lines that know where they stand. That is what tells two
equal lines of different packages from one line that two locks share.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

PACKAGE = "[[package]]"


class Row(NamedTuple):
    """A line of a lock file and where it stands.

    Attributes:
        package: name, version and source of its package; empty in the file's head.
        table: the table's header below the package, such as `[package.metadata]`.
        array: the first line of the array it is in.
        text: the line, without its line end.
    """

    package: str
    table: str
    array: str
    text: str


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file in three parts.

    Attributes:
        head: what stands before the first package.
        root: the project's own package.
        packages: all other packages, in uv's order.
    """

    head: tuple[Row, ...]
    root: tuple[Row, ...]
    packages: tuple[Row, ...]


class Pin(NamedTuple):
    """A package at a version."""

    name: str
    version: str


def parse(text: str, root_name: str) -> Lock:
    """Take a lock file apart.

    Args:
        text: the file.
        root_name: the name of the project the lock belongs to.
    """
    head, *blocks = _blocks(text)
    root: list[Row] = []
    packages: list[Row] = []
    for block in blocks:
        (root if _name(block) == root_name else packages).extend(_rows(block))
    return Lock(tuple(_rows(head)), tuple(root), tuple(packages))


def _blocks(text: str) -> list[str]:
    """Split a lock at its packages; every block ends in an empty line."""
    return re.split(
        rf"^(?={re.escape(PACKAGE)})", text.rstrip("\n") + "\n\n", flags=re.M
    )


def _name(block: str) -> str:
    return block.split('"', 2)[1]


def _identity(block: str) -> str:
    """Return the lines that make a package a package: name, version, source."""
    keys = ("name = ", "version = ", "source = ")
    table = block.split("\n[package.", 1)[0]
    return "\n".join(line for line in table.splitlines() if line.startswith(keys))


def _rows(block: str) -> list[Row]:
    package = _identity(block) if block.startswith(PACKAGE) else ""
    table = array = ""
    rows = []
    for line in block.splitlines():
        if line.startswith("["):
            table = line
        elif line.endswith(" = ["):
            array = line
        rows.append(Row(package, table, array, line))
        if line == "]":
            array = ""
    return rows


def union(texts: Iterable[str]) -> str:
    """Return one lock with every package of several locks of the same project.

    It is good for its pins only: uv has to complete it.
    """
    blocks: dict[str, str] = {}
    heads = []
    for text in texts:
        head, *packages = _blocks(text)
        heads.append(head)
        for block in packages:
            # The fuller of two blocks also has the extras that another one needs.
            known = blocks.get(_identity(block), "")
            blocks[_identity(block)] = max(known, block, key=len)
    return heads[0] + "".join(blocks[identity] for identity in sorted(blocks))


def pins(text: str) -> set[Pin]:
    """Return what a lock file pins, the project itself left out."""
    return {
        Pin(package["name"], package["version"])
        for package in tomllib.loads(text)["package"]
        if "registry" in package["source"]
    }


def requirements(text: str) -> list[str]:
    """Return what a lock file pins as sorted lines `name==version`.

    A package that has several versions gets a line with a marker for each.
    """
    lines = []
    for package in tomllib.loads(text)["package"]:
        if "registry" in package["source"]:
            line = f"{package['name']}=={package['version']}"
            markers = package.get("resolution-markers", [])
            either = " or ".join(f"({marker})" for marker in markers)
            lines.append(f"{line} ; {either}" if either else line)
    return sorted(lines)


def unneeded(text: str, root_name: str) -> set[Pin]:
    """Return what a lock file pins although nothing in the project leads to it."""
    packages = tomllib.loads(text)["package"]
    needed: set[str] = set()
    waiting = [root_name]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        for package in packages:
            if package["name"] == name:
                groups = [
                    package.get("dependencies", []),
                    *package.get("optional-dependencies", {}).values(),
                    *package.get("dev-dependencies", {}).values(),
                ]
                waiting += [entry["name"] for group in groups for entry in group]
    return {pin for pin in pins(text) if pin.name not in needed}


def merge(sequences: Sequence[Sequence[Row]]) -> list[Row]:
    """Return one sequence of rows that contains every given one in its own order.

    Args:
        sequences: the one that knows most of the order first.

    Raises:
        ValueError: two sequences contradict each other.
    """
    merged: list[Row] = []
    known: set[Row] = set()
    for sequence in sequences:
        at = 0
        for row in sequence:
            if row in known:
                try:
                    at = merged.index(row, at) + 1
                except ValueError:
                    raise ValueError(f"uv's order differs at {row}.") from None
            else:
                merged.insert(at, row)
                known.add(row)
                at += 1
    return merged


def templated(
    sequences: Sequence[Sequence[Row]],
    order: Sequence[Row],
    condition: Callable[[frozenset[int]], str],
) -> str:
    """Return Jinja source that renders each of several sequences of rows.

    Args:
        sequences: the rows of each combination of answers.
        order: all rows, in an order that fits every sequence.
        condition: gives the expression for a set of indices into `sequences`.
    """
    present: dict[Row, set[int]] = {row: set() for row in order}
    for index, sequence in enumerate(sequences):
        for row in sequence:
            present[row].add(index)
    parts: list[tuple[frozenset[int], list[str]]] = []
    for row, indices in present.items():
        if not indices:
            continue
        if not parts or parts[-1][0] != indices:
            parts.append((frozenset(indices), []))
        parts[-1][1].append(row.text + "\n")
    return "".join(
        _guarded("".join(lines), condition(indices)) for indices, lines in parts
    )


def _guarded(text: str, expression: str) -> str:
    verbatim = f"{{% raw %}}{text}{{% endraw %}}"
    if not expression:
        return verbatim
    return f"{{% if {expression} %}}{verbatim}{{% endif %}}"
