"""Shows the progress of long tests, and their figures beside the budgets at the end.

A test hands both over as user properties of its report, which is what pytest-xdist
carries from its workers to the process that has the terminal.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Recorder:
    """Through which a test tells how far it is and what it measured."""

    record: Callable[[str, object], None]

    def progress(self, group: str, total: int, text: str) -> None:
        """Tell that one of `total` steps of a group of tests is done."""
        self.record("progress", [group, total, text])

    def figure(self, name: str, value: float, budget: float, unit: str) -> None:
        """Tell a measured value; of several with the same name the worst is shown."""
        self.record("figure", [name, float(value), float(budget), unit])


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
        self._worst: dict[str, tuple[float, float, str]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the progress that a test made, and keep its figures."""
        if report.when != "call":
            return
        for recorded in report.user_properties:
            match recorded:
                case ("progress", [str(group), int(total), str(text)]):
                    self._show(group, total, text, passed=report.passed)
                case ("figure", [str(name), float(value), float(budget), str(unit)]):
                    worst = self._worst.setdefault(name, (value, budget, unit))
                    self._worst[name] = max(worst, (value, budget, unit))

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
        if not self._worst:
            return
        self._terminal.section("budgets")
        seconds = time.monotonic() - self._begin
        rows = sorted(self._worst.items())
        rows.append(("this run", (seconds, self._budget, "s")))
        width = max(len(name) for name, _ in rows)
        for name, (measured, budget, unit) in rows:
            verdict = "  over" if measured > budget else ""
            self._terminal.write_line(
                f"{name:{width}}  {round(measured, 1):6g} of {budget:4g} {unit}{verdict}"
            )
