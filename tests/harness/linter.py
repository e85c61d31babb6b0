"""Runs ruff over generated Python, with the generated project's own settings."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.process import CommandFailedError, clean_environment


def lint(folder: Path) -> dict[Path, list[str]]:
    """Return ruff's findings about the files below a folder, by file.

    Each file is judged by the `pyproject.toml` nearest above it, so the folder may hold
    many projects.

    Raises:
        CommandFailedError: ruff could not judge, such as for wrong settings.
    """
    found: dict[Path, list[str]] = {}
    for subcommand in (["check"], ["format", "--check"]):
        for item in _ruff(folder, *subcommand):
            # A file that cannot be read has no place.
            line = (item["location"] or {"row": 1})["row"]
            found.setdefault(Path(item["filename"]), []).append(
                f"line {line}: {item['code']} {item['message']}"
            )
    return {path: list(dict.fromkeys(rules)) for path, rules in sorted(found.items())}


def _ruff(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    process = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", *arguments),
            *("--no-cache", "--no-respect-gitignore", "--output-format=json", "."),
        ],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        items: list[dict[str, Any]] = json.loads(process.stdout)
    except ValueError:
        raise CommandFailedError(
            f"ruff {' '.join(arguments)} in {folder}: {process.stderr}"
        ) from None
    return items
