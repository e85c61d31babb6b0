"""Runs uv, and joins the dependencies of several projects into one."""

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

# What a maintainer's machine sets for itself may not reach a file that ships.
_FOREIGN_SETTINGS = (
    "UV_CONSTRAINT",
    "UV_DEFAULT_INDEX",
    "UV_EXCLUDE_NEWER",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_PROJECT",
    "UV_RESOLUTION",
    "VIRTUAL_ENV",
)


class LockError(Exception):
    """uv cannot lock, or the template's dependencies cannot be put together."""


def run_uv(project: Path, *arguments: str, **variables: str) -> None:
    """Run `uv` in a project.

    Args:
        project: the folder with the `pyproject.toml`.
        arguments: what follows `uv` on the command line.
        variables: environment variables to add.

    Raises:
        LockError: uv is missing or fails; the message is uv's own.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise LockError("There is no `uv` on the PATH.")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in _FOREIGN_SETTINGS
    }
    result = subprocess.run(
        [uv, *arguments],
        cwd=project,
        env={
            **environment,
            "UV_NO_SYSTEM_CONFIG": "1",
            "UV_NO_PROGRESS": "1",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise LockError(f"`uv {' '.join(arguments)}` fails:\n{result.stderr.strip()}")


def lock(project: Path) -> str:
    """Lock a project with the versions that its `uv.lock` has.

    Args:
        project: the folder with the `pyproject.toml`.

    Returns:
        The text of the new `uv.lock`.

    Raises:
        LockError: there is no solution, or the index is out of reach.
    """
    try:
        run_uv(project, "lock", "--offline")
    except LockError:
        # The cache of a fresh machine lacks what a lock does not record.
        run_uv(project, "lock")
    return (project / "uv.lock").read_text("utf-8")


def joined(pyprojects: Sequence[str]) -> str:
    """Return a `pyproject.toml` that asks for what any of several ask for.

    Args:
        pyprojects: the text of each.

    Raises:
        LockError: they differ in a setting that is no list of dependencies.
    """
    documents = [tomllib.loads(text) for text in pyprojects]
    projects = [document["project"] for document in documents]
    project = {
        key: _common([project[key] for project in projects])
        for key in ("name", "version", "requires-python")
    }
    tables: dict[str, Mapping[str, object]] = {
        "project": {
            **project,
            "dependencies": _union(
                project.get("dependencies", []) for project in projects
            ),
        },
        "project.optional-dependencies": _groups(projects, "optional-dependencies"),
        "dependency-groups": _groups(documents, "dependency-groups"),
        "tool": {"uv": _common([_uv_settings(document) for document in documents])},
    }
    return "\n".join(
        "\n".join([f"[{name}]", *(f"{key} = {_toml(table[key])}" for key in table), ""])
        for name, table in tables.items()
    )


def _common(values: Sequence[object]) -> object:
    """Return the value that all projects have."""
    for value in values:
        if value != values[0]:
            raise LockError(
                f"An answer changes {values[0]} to {value}: one lock cannot serve both."
            )
    return values[0]


def _groups(tables: Sequence[Mapping[str, Any]], key: str) -> dict[str, list[object]]:
    """Join tables of named lists of requirements."""
    groups = [table.get(key, {}) for table in tables]
    names = dict.fromkeys(name for group in groups for name in group)
    return {name: _union(group.get(name, []) for group in groups) for name in names}


def _uv_settings(document: Mapping[str, Any]) -> dict[str, Any]:
    settings = document.get("tool", {}).get("uv", {})
    return {key: settings[key] for key in settings if key != "build-backend"}


def _union(lists: Iterable[Sequence[object]]) -> list[object]:
    """Return each item once, in the order of its first appearance."""
    items: list[object] = []
    for some in lists:
        items += [item for item in some if item not in items]
    return items


def _toml(value: object) -> str:
    """Write a value as TOML, where strings, numbers and booleans are as in JSON."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value)
