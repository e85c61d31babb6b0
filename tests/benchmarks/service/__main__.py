"""Measures the generated service beside two floors, in turn, on the same database.

    uv run python -m tests.benchmarks.service [--rounds N] [--seconds S] [--connections C]

The floors are in `floors`: `bare`, Starlette and asyncpg, the least that an answer takes;
and `plain`, what a developer writes first with FastAPI and SQLAlchemy. They answer the
same requests with the same rows. Each server has one worker on the first core; wrk and
PostgreSQL have the second. It needs wrk and taskset (Debian: `wrk`, `util-linux`).
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from .load import OPERATIONS, Load, Measured
from .stage import Stage

# What the service wants to reach, as a ratio to the plain floor.
WANTED: Mapping[str, float] = {"list": 1.2, "read": 1.2, "create": 1.05}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.service")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    if missing := [tool for tool in ("wrk", "taskset") if not shutil.which(tool)]:
        sys.exit(f"{' and '.join(missing)} is needed: apt-get install wrk util-linux")
    with tempfile.TemporaryDirectory(prefix="service-benchmark-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        with Stage(Path(folder)) as stage:
            load = Load(Path(folder), stage.orders, options.seconds)
            report(measure(stage, load, options.rounds, options.connections))


def measure(
    stage: Stage, load: Load, rounds: int, connections: int
) -> dict[str, dict[str, list[Measured]]]:
    """Return what each server did, by operation and server, a value for each round.

    Args:
        stage: with the servers.
        load: what is asked of them.
        rounds: how often each is asked.
        connections: how many ask at once.
    """
    found: dict[str, dict[str, list[Measured]]] = {}
    steps = len(OPERATIONS) * rounds * len(stage.ports)
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("measuring", total=steps)
        for operation in OPERATIONS:
            found[operation] = {name: [] for name in stage.ports}
            for name, port in stage.ports.items():
                load.run(operation, name, port, connections, seconds=1)
            for _ in range(rounds):
                for name, port in stage.ports.items():
                    measured = load.run(operation, name, port, connections)
                    found[operation][name].append(measured)
                    progress.update(task, advance=1, description=f"{operation} {name}")
    return found


def report(found: Mapping[str, Mapping[str, list[Measured]]]) -> None:
    """Print medians, and ratios of rounds that were run side by side."""
    table = Table(title="one worker, medians over the rounds", title_justify="left")
    for column in (
        "operation", "server", "requests/s", "p50 ms", "p99 ms", "to bare", "to plain",
        "wanted",
    ):  # fmt: skip
        table.add_column(
            column, justify="left" if column in "operation server" else "right"
        )
    for operation, servers in found.items():
        for name, rounds in servers.items():
            ratios = [
                f"{statistics.median(ratio(rounds, servers[floor])):.2f}"
                for floor in ("bare", "plain")
            ]
            wanted = WANTED.get(operation) if name == "service" else None
            table.add_row(
                operation,
                name,
                f"{statistics.median(each.rate for each in rounds):,.0f}",
                f"{statistics.median(each.p50 for each in rounds):.1f}",
                f"{statistics.median(each.p99 for each in rounds):.1f}",
                *ratios,
                f"{wanted:.2f}" if wanted else "",
            )
        table.add_section()
    Console().print(table)


def ratio(ours: list[Measured], theirs: list[Measured]) -> list[float]:
    """Return the ratio of the rates, round by round."""
    return [one.rate / other.rate for one, other in zip(ours, theirs, strict=True)]


if __name__ == "__main__":
    main()
