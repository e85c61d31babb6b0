"""Measures the generated service beside two floors, in turn, on the same database.

    uv run python -m tests.benchmarks.service [OPERATION ...]
        [--rounds N] [--seconds S] [--connections C]

The floors are in `floors`: `bare`, Starlette and asyncpg, the least that an answer takes;
and `plain`, what a developer writes first with FastAPI and SQLAlchemy. They answer the
same requests with the same rows. `unlayered` is the service without its middleware, `open`
the service as it is rendered without authentication. All are sent an access token. Each
server has one worker on the first core; wrk and PostgreSQL have the second. `logins` fail
for several reasons, and are compared with each other. It needs wrk and taskset (Debian:
`wrk`, `util-linux`).
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from .load import ALONE, OPERATIONS, Load, Measured
from .logins import LOGINS, measure_logins, report_logins
from .stage import OPEN, Stage

# What the service wants to reach, as a ratio to the plain floor.
WANTED: Mapping[str, float] = {"list": 1.2, "read": 1.2, "create": 1.05}
WANTED_OF_MIDDLEWARE = 60
"""Microseconds that it adds to a request at most."""
WANTED_OF_AUTHENTICATION = 12
"""Percent that an authenticated list takes longer at most."""
WANTED_OF_P99 = 5
"""How many times the median the slowest of a hundred answers takes at most."""
TRIES = 20
"""How many logins of each kind fail in a round."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.service")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
    known = [*OPERATIONS, LOGINS]
    parser.add_argument("operations", nargs="*", help=", ".join(known))
    options = parser.parse_args()
    operations = options.operations or known
    if unknown := set(operations) - set(known):
        parser.error(f"{', '.join(unknown)}: choose from {', '.join(known)}")
    if missing := [tool for tool in ("wrk", "taskset") if not shutil.which(tool)]:
        sys.exit(f"{' and '.join(missing)} is needed: apt-get install wrk util-linux")
    with tempfile.TemporaryDirectory(prefix="service-benchmark-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        with Stage(Path(folder)) as stage:
            load = Load(Path(folder), stage.orders, stage.headers, options.seconds)
            loads = [each for each in operations if each != LOGINS]
            if loads:
                report(measure(stage, load, loads, options.rounds, options.connections))
            if LOGINS in operations:
                port = stage.let_log_in()
                report_logins(measure_logins(port, TRIES * options.rounds))


def measure(
    stage: Stage,
    load: Load,
    operations: Sequence[str],
    rounds: int,
    connections: int,
) -> dict[str, dict[str, list[Measured]]]:
    """Return what each server did, by operation and server, a value for each round.

    Args:
        stage: with the servers.
        load: what is asked of them.
        operations: which of it.
        rounds: how often each is asked.
        connections: how many ask at once.
    """
    found: dict[str, dict[str, list[Measured]]] = {}
    asked = {operation: _asked(operation, stage.ports) for operation in operations}
    steps = rounds * sum(map(len, asked.values()))
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("measuring", total=steps)
        for operation, ports in asked.items():
            found[operation] = {name: [] for name in ports}
            for name, port in ports.items():
                load.run(operation, name, port, connections, seconds=1)
            for _ in range(rounds):
                for name, port in ports.items():
                    measured = load.run(operation, name, port, connections)
                    found[operation][name].append(measured)
                    progress.update(task, advance=1, description=f"{operation} {name}")
    return found


def _asked(operation: str, ports: Mapping[str, int]) -> dict[str, int]:
    """Return whom to ask: what middleware takes is seen where nothing else is done."""
    idle = operation in {ALONE, "constant"}
    return {name: ports[name] for name in ports if idle or name != "unlayered"}


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
                f"{statistics.median(each.p50 for each in rounds):.2f}",
                f"{statistics.median(each.p99 for each in rounds):.2f}",
                *ratios,
                f"{wanted:.2f}" if wanted else "",
            )
        table.add_section()
    Console().print(table)
    if ALONE in found:
        added = statistics.median(each.p50 for each in found[ALONE]["service"])
        added -= statistics.median(each.p50 for each in found[ALONE]["unlayered"])
        print(f"middleware adds {1000 * added:.0f} µs ({WANTED_OF_MIDDLEWARE} wanted)")
    if lists := found.get("list"):
        slower = statistics.median(ratio(lists[OPEN], lists["service"]))
        percent = f"{100 * (slower - 1):.0f} % ({WANTED_OF_AUTHENTICATION} wanted)"
        print(f"a list takes longer, by authentication: {percent}")
        spread = statistics.median(each.p99 / each.p50 for each in lists["service"])
        print(f"p99 of a list is {spread:.1f} times its p50 ({WANTED_OF_P99} wanted)")


def ratio(ours: list[Measured], theirs: list[Measured]) -> list[float]:
    """Return the ratio of the rates, round by round."""
    return [one.rate / other.rate for one, other in zip(ours, theirs, strict=True)]


if __name__ == "__main__":
    main()
