"""Asks for logins that fail: how long one takes must not tell why."""

import statistics
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from math import sqrt
from urllib.parse import urlencode

from rich.console import Console
from rich.progress import track
from rich.table import Table

LOGINS = "logins"
WRONG = "argon2"
"""The usual failure, with which the others are compared."""
KINDS: Mapping[str, str] = {
    "unknown": "no account",
    WRONG: "wrong password",
    "bcrypt": "wrong password, hash of before",
}


def measure_logins(port: int, tries: int) -> dict[str, list[float]]:
    """Return what each login took in milliseconds, by its kind; the kinds in turn.

    Raises:
        RuntimeError: a login did not fail as it should.
    """
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    console = Console(stderr=True)
    for _ in track(range(tries), description=LOGINS, console=console):
        for kind, times in found.items():
            times.append(_log_in(port, f"{kind}@example.com"))
    # The first one of each kind opened connections.
    return {kind: times[1:] for kind, times in found.items()}


def report_logins(found: Mapping[str, Sequence[float]]) -> None:
    """Print medians, and ratios of logins that were tried one after the other."""
    table = Table(title="failed logins, one at a time", title_justify="left")
    for column in ("login", "p50 ms", "to a wrong password", "wanted"):
        table.add_column(column, justify="left" if column == "login" else "right")
    for kind, times in found.items():
        pairs = zip(times, found[WRONG], strict=True)
        ratios = [one / other for one, other in pairs]
        error = statistics.stdev(ratios) / sqrt(len(ratios))
        table.add_row(
            KINDS[kind],
            f"{statistics.median(times):.1f}",
            f"{statistics.median(ratios):.2f} ± {error:.2f}",
            "1.00",
        )
    Console().print(table)


def _log_in(port: int, address: str) -> float:
    form = urlencode({"username": address, "password": "not a word of mine"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        begin = time.perf_counter()
        connection.request("POST", "/api/v1/sessions", form, headers)
        answer = connection.getresponse()
        answer.read()
        took = time.perf_counter() - begin
    finally:
        connection.close()
    if answer.status != 401:
        raise RuntimeError(f"{address}: {answer.status}, not 401")
    return 1000 * took
