"""Shows the progress of long tests, and their figures beside the budgets at the end.

A test hands both over as user properties of its report, which is what pytest-xdist
carries from its workers to the process that has the terminal.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

import pytest

SHOWN: Mapping[str, Callable[[Iterable[float]], float]] = {
    "worst": max,
    "sum": sum,
    "median": median,
}


@dataclass(frozen=True)
class Recorder:
    """Through which a test tells how far it is and what it measured."""

    record: Callable[[str, object], None]

    def progress(self, group: str, total: int, text: str) -> None:
        """Tell that one of `total` steps of a group of tests is done."""
        self.record("progress", [group, total, text])

    def figure(
        self, name: str, value: float, budget: float, unit: str, of: str = "worst"
    ) -> None:
        """Tell a measured value.

        Args:
            name: what was measured.
            value: the value.
            budget: what it should not be above.
            unit: the unit of both.
            of: what is shown of several values with the same name; a key of `SHOWN`.
        """
        self.record("figure", [name, float(value), float(budget), unit, of])


class Figures:
    """Writes what tests recorded to the terminal."""

    def __init__(self, terminal: pytest.TerminalReporter, budget: float) -> None:
        """Start to time the run.

        Args:
            terminal: this run's terminal reporter.
            budget: the seconds that the run may take.
        """
        self._terminal = terminal
        self._budget = budget
        self._begin = time.monotonic()
        self._done: Counter[str] = Counter()
        self._values: dict[tuple[str, float, str, str], list[float]] = defaultdict(list)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the progress that a test made, and keep its figures."""
        if report.when != "call":
            return
        for recorded in report.user_properties:
            match recorded:
                case ("progress", [str(group), int(total), str(text)]):
                    self._show(group, total, text, passed=report.passed)
                case (
                    "figure",
                    [str(name), float(value), float(budget), str(unit), str(of)],
                ):
                    self._values[name, budget, unit, of].append(value)

    def _show(self, group: str, total: int, text: str, *, passed: bool) -> None:
        self._done[group] += 1
        verdict = "" if passed else "  FAILED"
        self._terminal.ensure_newline()
        # pytest knows of its own half-written lines only, xdist's dots are others.
        if self._terminal._tw.width_of_current_line:
            self._terminal._tw.line()
        self._terminal.write_line(
            f"{group} {self._done[group]}/{total}  {text}{verdict}"
        )

    def pytest_terminal_summary(self) -> None:
        """Print the figures beside their budgets."""
        if not self._values:
            return
        self._terminal.section("budgets")
        seconds = time.monotonic() - self._begin
        rows = sorted(
            (name, (SHOWN[of](values), budget, unit))
            for (name, budget, unit, of), values in self._values.items()
        )
        rows.append(("this run", (seconds, self._budget, "s")))
        width = max(len(name) for name, _ in rows)
        for name, (measured, budget, unit) in rows:
            verdict = "  over" if measured > budget else ""
            self._terminal.write_line(
                f"{name:{width}}  {round(measured, 1):6g} of {budget:4g} {unit}{verdict}"
            )
