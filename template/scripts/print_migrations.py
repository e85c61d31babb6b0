"""Prints the SQL of the migrations.

Usage: python -m scripts.print_migrations [COMMIT]

With a commit, such as `main`, it prints only what that lacks.
"""

import subprocess
import sys
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from scripts.migration_sql import read_statements
from scripts.statements import PROJECT, Statement, UnknownSqlError


def show(statements: Sequence[Statement], commit: str | None = None) -> None:
    """Print what all migrations run, or those whose files a commit lacks.

    Raises:
        SystemExit: they run nothing, or there is no such commit.
    """
    if not statements:
        sys.exit("Error: no migration runs any SQL. Write one: uv run task migrate-new")
    known = _files(commit) if commit else set()
    shown = [each for each in statements if each.file not in known]
    for file, own in groupby(shown, attrgetter("file")):
        sql = "\n".join(statement.sql for statement in own)
        name = file.relative_to(PROJECT, walk_up=True)
        sys.stdout.write(f"-- {name}\n{sql}\n\n")
    if not shown:
        sys.stdout.write(f"-- {commit} has all migrations.\n")


def _files(commit: str) -> set[Path]:
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "-z", "--name-only", commit],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if listed.returncode:
        sys.exit(f"Error: git has no commit {commit} here. Fetch it, or name another.")
    return {PROJECT / name for name in listed.stdout.split("\0")}


if __name__ == "__main__":
    try:
        show(read_statements(), *sys.argv[1:2])
    except UnknownSqlError as error:
        sys.exit(f"Error: {error}.")
