"""Refuses migrations that a table in use would not bear.

Usage: python -m scripts.migration_lint

What does no harm after all is let pass by a comment above it, which says why:
`squawk-ignore RULE -- REASON`.
"""

import json
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scripts.migration_sql import read_statements
from scripts.statements import PROJECT, Statement, UnknownSqlError

# Where docs/migrations.md says what to do instead.
SECTIONS = {
    "adding-field-with-default": "Add a column",
    "adding-foreign-key-constraint": "Add a constraint",
    "adding-not-nullable-field": "Demand a value",
    "adding-required-field": "Add a column",
    "adding-serial-primary-key-field": "Add a constraint",
    "ban-concurrent-index-creation-in-transaction": "Add an index",
    "ban-drop-column": "Drop a column or a table",
    "ban-drop-constraint": "Add a constraint",
    "ban-drop-not-null": "Drop a column or a table",
    "ban-drop-table": "Drop a column or a table",
    "changing-column-type": "Change a type",
    "constraint-missing-not-valid": "Add a constraint",
    "disallowed-unique-constraint": "Add a constraint",
    "renaming-column": "Rename a column or a table",
    "renaming-table": "Rename a column or a table",
    "require-concurrent-index-creation": "Add an index",
    "require-concurrent-index-deletion": "Add an index",
    "rows-at-once": "Fill a column",
    "rows-beside-tables": "Fill a column",
    "squawk-ignore": "What is refused",
}

_SETTINGS = PROJECT / ".squawk.toml"
_SQUAWK = Path(sysconfig.get_path("scripts"), "squawk")
_MARK = re.compile(r"(?:#|--)\s*squawk-ignore\b(?P<rest>.*)")
_RULES = re.compile(r"\s+(?P<rules>[\w-]+(?:,\s*[\w-]+)*)\s+--\s+\S")
_BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
_QUOTED = re.compile(r"--[^\n]*|/\*.*?\*/|'[^']*'|\"[^\"]*\"", re.DOTALL)
_TABLES = re.compile(r"\b(ALTER|CREATE|DROP)\s", re.IGNORECASE)
_ROWS = re.compile(
    r"(?<!FOR )(?<!KEY )\b(UPDATE|INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO)\s",
    re.IGNORECASE,
)


class Finding(NamedTuple):
    """What is wrong with a line of a migration."""

    file: Path
    line: int
    rule: str
    says: str

    def __str__(self) -> str:
        """Say where it is, and which page knows what to do instead."""
        page = f"https://squawkhq.com/docs/{self.rule}"
        if section := SECTIONS.get(self.rule):
            page = f"docs/migrations.md, {section}"
        return f"{_path(self.file)}:{self.line}: {self.rule}: {self.says} See {page}."


class _Mark(NamedTuple):
    file: Path
    line: int
    statement: int
    rule: str


def lint(statements: Iterable[Statement]) -> list[Finding]:
    """Return what is wrong with migrations, but for what their comments let pass."""
    migrations = [list(own) for _, own in groupby(statements, attrgetter("file"))]
    found = {*_dangers(migrations), *_changes_of_rows(migrations)}
    marks = [mark for migration in migrations for mark in _marks(migration[0].file)]
    refused = {(each.file, each.line, each.rule) for each in found}
    allowed = {(each.file, each.statement, each.rule) for each in marks}
    found = {each for each in found if each[:3] not in allowed}
    for file, line, statement, rule in marks:
        if not rule:
            says = "It lacks a rule or a reason: `squawk-ignore RULE -- REASON`."
            found.add(Finding(file, line, "squawk-ignore", says))
        elif (file, statement, rule) not in refused:
            says = f"The statement below it has no {rule}: take the comment away."
            found.add(Finding(file, line, "squawk-ignore", says))
    return sorted(found)


def _dangers(migrations: list[list[Statement]]) -> Iterator[Finding]:
    """Ask squawk, to which a table is new only in the file that creates it."""
    with TemporaryDirectory() as folder:
        lines: dict[str, list[Statement]] = {}
        for number, migration in enumerate(migrations):
            name = f"{number}.sql"
            # The line of each file to the statement that is there.
            lines[name] = migration[:1]
            sql = "BEGIN;\n"
            for statement in migration:
                # Only comments of the migration count, which give a reason.
                text = statement.sql.replace("squawk-ignore", "") + "\n;\n"
                lines[name] += [statement] * text.count("\n")
                sql += text
            lines[name].append(migration[-1])
            Path(folder, name).write_text(f"{sql}COMMIT;\n", "utf-8")
        answer = subprocess.run(
            [_SQUAWK, "--config", _SETTINGS, "--reporter=json", *lines],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            check=False,  # it fails if it finds something
        ).stdout
        for each in json.loads(answer):
            statement = lines[each["file"]][each["line"]]
            says = f"{each['message'].removesuffix('.')}."
            yield Finding(statement.file, statement.line, each["rule_name"], says)


def _changes_of_rows(migrations: list[list[Statement]]) -> Iterator[Finding]:
    for migration in migrations:
        plain = [(each, _plain(each.sql)) for each in migration]
        is_schema = any(_does(_TABLES, sql) for _, sql in plain)
        for (file, line, _), sql in plain:
            if not _does(_ROWS, sql):
                continue
            if is_schema:
                says = "The migration changes tables, too: make it two."
                yield Finding(file, line, "rows-beside-tables", says)
            if not _is_small(sql):
                says = "All rows stay locked until the last is changed: go in batches."
                yield Finding(file, line, "rows-at-once", says)


def _plain(sql: str) -> str:
    """Return SQL in one line, without what is quoted, which may hold any word."""
    if not sql.upper().startswith("DO"):
        sql = _BODY.sub("x", sql)
    return " ".join(_QUOTED.sub("x", sql).split())


def _does(what: re.Pattern[str], sql: str) -> bool:
    has_parts = sql.upper().startswith(("DO ", "WITH "))
    return bool(what.search(sql) if has_parts else what.match(sql))


def _is_small(sql: str) -> bool:
    words = sql.upper().split()
    if words[0] == "DO":
        return {"LOOP", "COMMIT;"} <= set(words)
    return words[0] == "INSERT" and "SELECT" not in words


def _marks(file: Path) -> Iterator[_Mark]:
    lines = file.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if mark := _MARK.search(line):
            below = (
                each
                for each in range(number, len(lines))
                if lines[each].strip()
                and not lines[each].lstrip().startswith(("#", "--"))
            )
            statement = next(below, number) + 1
            rules = _RULES.match(mark["rest"])
            for rule in re.split(r",\s*", rules["rules"]) if rules else [""]:
                yield _Mark(file, number + 1, statement, rule)


def judged(
    statements: Iterable[Statement], settings: Path = _SETTINGS
) -> list[Statement]:
    """Return the statements of the files that the settings of squawk do not leave out."""
    left_out = tomllib.loads(settings.read_text("utf-8")).get("excluded_paths", [])
    return [
        statement
        for statement in statements
        if not any(map(_path(statement.file).full_match, left_out))
    ]


def _path(file: Path) -> Path:
    return file.relative_to(PROJECT, walk_up=True)


def main() -> None:
    """Judge the project's migrations.

    Raises:
        SystemExit: one of them is refused, or cannot be judged.
    """
    try:
        found = lint(judged(read_statements()))
    except UnknownSqlError as error:
        sys.exit(f"Error: {error}.")
    except json.JSONDecodeError:
        sys.exit("Error: squawk judged nothing, for the reason above.")
    if found:
        listed = "\n".join(map(str, found))
        sys.exit(
            f"{listed}\nWhat does no harm after all gets a comment above it:"
            " squawk-ignore RULE -- REASON"
        )


if __name__ == "__main__":
    main()
