"""Writes a generated page of the documentation, or compares it with what is there."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def deliver(page: Path, written: str, command: str) -> None:
    """Write a page, or compare it if the command line says `--check`.

    Args:
        page: the file.
        written: what it shall hold.
        command: the module that writes it.

    Raises:
        SystemExit: it was to be compared, and holds something else.
    """
    parser = argparse.ArgumentParser(description=f"Write {page.relative_to(ROOT)}.")
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    if not parser.parse_args().check:
        page.write_text(written, "utf-8")
    elif not page.is_file() or page.read_text("utf-8") != written:
        sys.exit(
            f"{page.relative_to(ROOT)} is not up to date: run"
            f" `uv run python -m {command}`"
        )
