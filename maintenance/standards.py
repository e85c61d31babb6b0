"""Writes the page about the standards: each requirement, and what enforces it.

    uv run python -m maintenance.standards [--check]

It prints how many requirements of each standard and concern are checked, documented,
not yet met and refused. With `--check` it writes nothing, and fails if the page is not
what it would write.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from maintenance.page import ROOT, deliver
from plumb.check import Check
from plumb.checks import CHECKS
from plumb.matrix import STANDARDS, STATUSES, Matrix, Requirement
from plumb.report import counts_table

PAGE = ROOT / "docs" / "standards" / "README.md"


def main() -> None:
    """Print the counts, and write the page or compare it."""
    matrix = Matrix.read()
    _print_counts(matrix)
    deliver(PAGE, page(matrix, CHECKS), "maintenance.standards")


def page(matrix: Matrix, checks: Mapping[str, Sequence[Check]]) -> str:
    """Return the page, as Markdown.

    Args:
        matrix: the requirements.
        checks: what enforces those that are checked, by their ids.
    """
    return "\n".join(_lines(matrix, checks)) + "\n"


def counts(rows: Iterable[Requirement]) -> list[int]:
    """Return how many rows have each status, in the order of `STATUSES`."""
    counter = Counter(row.status for row in rows)
    return [counter[status] for status in STATUSES]


def _lines(matrix: Matrix, checks: Mapping[str, Sequence[Check]]) -> Iterator[str]:
    rows = matrix.requirements.values()
    yield from (
        "# The standards, and what enforces them",
        "",
        f"Five engineering standards make {len(rows)} requirements. Each is *checked* by",
        "a machine, in every project that can be generated; or *documented*, where it is",
        "advice; or *not yet* met, and waits for a feature; or *refused*, for a reason.",
        "",
        "To see how far any service is from them, generated or not:",
        "",
        "```bash",
        "uv run plumb path/to/service",
        "```",
        "",
        "It reads the service and runs none of its code. It ends with 1 if it found",
        "something; `--json` prints all of it for programs, and `--openapi FILE` lets it",
        "judge the API, too. The rows are kept in [matrix](matrix), the checks in",
        "[plumb/checks](../../plumb/checks). This page is written from both by",
        "`uv run python -m maintenance.standards`.",
        "",
        "## Counts",
        "",
        "A requirement that several standards make counts for each.",
        "",
        *_table("standard", {
            f"{name} {title}": [row for row in rows if name in row.standards]
            for name, title in STANDARDS.items()
        }),
        "",
        *_table("concern", {
            f"[{name}](#{name.lower()}) {title}": _of(rows, name)
            for name, title in matrix.concerns.items()
        } | {"all": [*rows]}),
        "",
        "## What is waited for",
        "",
        "| feature | requirements |",
        "| --- | --- |",
    )  # fmt: skip
    for name, feature in matrix.features.items():
        waiting = [row.id for row in rows if row.waits_for == name]
        yield f"| {feature['title']} | {', '.join(waiting)} |"
    for name, title in matrix.concerns.items():
        yield from ("", f"## {name}", "", f"{title}.", "")
        yield from (
            "| row | requirement | from | enforced by |",
            "| --- | --- | --- | --- |",
        )
        for row in _of(rows, name):
            enforced = _enforcement(row, checks.get(row.id, ()), matrix)
            demand = f"{row.text} *({row.strength})*"
            yield f"| {row.id} | {_cell(demand)} | {row.source} | {_cell(enforced)} |"


def _of(rows: Iterable[Requirement], concern: str) -> list[Requirement]:
    return [row for row in rows if row.concern == concern]


def _table(title: str, groups: Mapping[str, Sequence[Requirement]]) -> Iterator[str]:
    yield f"| {title} | {' | '.join(STATUSES)} |"
    yield f"| --- |{' ---: |' * len(STATUSES)}"
    for name, rows in groups.items():
        yield f"| {name} | {' | '.join(map(str, counts(rows)))} |"


def _enforcement(row: Requirement, checks: Sequence[Check], matrix: Matrix) -> str:
    if row.documented:
        path, section = row.documented["in"], row.documented["section"]
        if path.startswith("plumbline:"):
            path = path.removeprefix("plumbline:")
            return f"documented in [{path}](../../{path}), *{section}*"
        return f"documented in the service's `{path}`, *{section}*"
    if row.waits_for:
        return f"not yet: {matrix.features[row.waits_for]['title']}"
    if row.refused:
        record = Path(row.refused["decision"])
        return f"refused: {row.refused['why']} ([record](../adr/{record.name}))"
    return "; ".join(f"**{check.kind}** {_rule(check)}" for check in checks)


def _rule(check: Check) -> str:
    test = f" (`{check.node.rpartition('::')[2]}`)" if check.kind == "test" else ""
    return f"{check.rule}{test}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _print_counts(matrix: Matrix) -> None:
    rows = matrix.requirements.values()
    standards = counts_table("standard", STATUSES)
    for name, title in STANDARDS.items():
        own = counts(row for row in rows if name in row.standards)
        standards.add_row(f"{name} {title}", *map(str, own))
    concerns = counts_table("concern", STATUSES)
    for name, title in matrix.concerns.items():
        concerns.add_row(f"{name} {title}", *map(str, counts(_of(rows, name))))
    concerns.add_row("all", *map(str, counts(rows)))
    Console().print(standards, concerns)


if __name__ == "__main__":
    main()
