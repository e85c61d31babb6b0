"""Shows judgements: to people as tables, to programs as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from plumb.judgement import OUTCOMES, Judgement, Outcome
from plumb.matrix import STANDARDS, Matrix
from plumb.service import Service

# Of one requirement, unless all findings are asked for.
FEW = 5

_COLOURS: Mapping[Outcome, str] = {
    "met": "green",
    "broken": "red",
    "not judged": "yellow",
    "not concerned": "dim",
}


def as_json(service: Service, judgements: Sequence[Judgement]) -> dict[str, Any]:
    """Return everything that was found, as JSON takes it."""
    return {
        "service": str(service.root),
        "package": service.package,
        "layout": service.layout,
        "counts": dict(_counts(judgements)),
        "requirements": [
            {
                "id": each.requirement.id,
                "text": each.requirement.text,
                "source": each.requirement.source,
                "strength": each.requirement.strength,
                "outcome": each.outcome,
                "findings": [
                    {"path": found.path, "line": found.line, "message": found.message}
                    for found in each.findings
                ],
                "not_judged": list(each.unknown),
            }
            for each in judgements
        ],
        "unreadable": [
            {"path": each.path, "reason": each.reason} for each in service.broken
        ],
    }


def show(
    console: Console,
    service: Service,
    judgements: Sequence[Judgement],
    matrix: Matrix,
    *,
    everything: bool = False,
) -> None:
    """Print what was found, what could not be judged, and the counts.

    Args:
        console: where to.
        service: what was judged.
        judgements: what came of it.
        matrix: for the titles of the concerns.
        everything: whether all findings of a requirement are shown, not only a few.
    """
    layout = f"{service.layout} layout" if service.layout else "a layout of its own"
    console.print(
        f"[bold]{escape(service.root.name)}[/]: package {escape(service.package)},"
        f" {layout}, {len(service.modules)} modules"
    )
    _show_findings(console, judgements, everything=everything)
    _show_unknown(console, judgements)
    for each in service.broken:
        console.print(
            f"[yellow]not read:[/] {escape(each.path)}: {escape(each.reason)}",
            soft_wrap=True,
        )
    console.print(_by_standard(judgements))
    console.print(_by_concern(judgements, matrix))
    counts = _counts(judgements)
    console.print(", ".join(f"[bold]{counts[name]}[/] {name}" for name in OUTCOMES))


def counts_table(title: str, columns: Sequence[str]) -> Table:
    """Return a table for counts, whose first column names what is counted."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(title)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _show_findings(
    console: Console, judgements: Iterable[Judgement], *, everything: bool
) -> None:
    for each in judgements:
        if each.outcome != "broken":
            continue
        row = each.requirement
        console.print(
            f"\n[red]{row.id}[/] [dim]{row.strength}[/] {escape(row.text)}"
            f" [dim]{row.source}[/]",
            soft_wrap=True,
        )
        shown = each.findings if everything else each.findings[:FEW]
        for found in shown:
            console.print(Padding(escape(str(found)), (0, 0, 0, 4)), soft_wrap=True)
        if rest := len(each.findings) - len(shown):
            console.print(Padding(f"[dim]and {rest} more; --all shows them[/]", (0, 4)))


def _show_unknown(console: Console, judgements: Iterable[Judgement]) -> None:
    by_reason: dict[str, list[str]] = {}
    for each in judgements:
        for reason in each.unknown:
            by_reason.setdefault(reason, []).append(each.requirement.id)
    if not by_reason:
        return
    table = Table("why", "requirements", box=box.SIMPLE_HEAD, pad_edge=False)
    table.title = "Could not be judged"
    table.title_justify = "left"
    for reason, names in sorted(by_reason.items(), key=lambda item: item[1]):
        table.add_row(escape(reason), " ".join(names))
    console.print(table)


def _by_standard(judgements: Sequence[Judgement]) -> RenderableType:
    table = counts_table("standard", OUTCOMES)
    for name, title in STANDARDS.items():
        own = [each for each in judgements if name in each.requirement.standards]
        table.add_row(f"{name} {title}", *_cells(own))
    return table


def _by_concern(judgements: Sequence[Judgement], matrix: Matrix) -> RenderableType:
    table = counts_table("concern", OUTCOMES)
    for name, title in matrix.concerns.items():
        if own := [each for each in judgements if each.requirement.concern == name]:
            table.add_row(f"{name} {escape(title)}", *_cells(own))
    return table


def _cells(judgements: Iterable[Judgement]) -> list[str]:
    counts = _counts(judgements)
    return [
        f"[{_COLOURS[name]}]{counts[name]}[/]" if counts[name] else "[dim]·[/]"
        for name in OUTCOMES
    ]


def _counts(judgements: Iterable[Judgement]) -> dict[Outcome, int]:
    counter = Counter(each.outcome for each in judgements)
    return {name: counter[name] for name in OUTCOMES}
