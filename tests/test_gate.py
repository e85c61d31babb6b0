"""Tier *gate*: generated projects pass their own gate, in their own environment."""

import shlex
import time
from pathlib import Path

import pytest
import yaml

from harness.answers import Answers, label
from harness.figures import Recorder
from harness.template import working_template
from harness.workbench import Workbench

# Design, section 8: seconds from one project to the next, and for a project's tests.
WARM = 20
TESTS = 45

PACKAGE = "acme_orders"
NAMES = {"project_name": PACKAGE.replace("_", "-"), "package_name": PACKAGE}
# What changes tables, or where code is: all of their combinations are gated in CI.
WHOLE = frozenset({"layout", "migrations", "auth", "with_example"})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gate a pairwise set, or with `--everything` one for each combination of `WHOLE`.

    All combinations would take CI twice as long; the others are rendered, linted and
    judged by the standards all the same. Coverage is measured of the pairs alone: what is
    shipped is in one of them.
    """
    if "combination" in metafunc.fixturenames:
        questionnaire = working_template().questionnaire
        everything = metafunc.config.getoption("everything")
        pairs = questionnaire.pairwise()
        whole = questionnaire.pairwise(WHOLE) if everything else []
        gated = [{name: row[name] for name in WHOLE} for row in pairs]
        chosen = pairs + [
            row for row in whole if {name: row[name] for name in WHOLE} not in gated
        ]
        metafunc.parametrize(
            ("combination", "with_coverage", "total"),
            [(answers, answers in pairs, len(chosen)) for answers in chosen],
            ids=[label(questionnaire.structure(answers)) for answers in chosen],
        )


@pytest.mark.long
def test_gate(
    combination: Answers,
    with_coverage: bool,
    total: int,
    workbench: Workbench,
    recorder: Recorder,
) -> None:
    """A project is locked, formatted, typed and tested, and its modules import alone."""
    structure = working_template().questionnaire.structure(combination)
    warm = workbench.warm
    begin = time.monotonic()
    try:
        workbench.render({**combination, **NAMES})
        workbench.gate(with_coverage=with_coverage)
        workbench.import_alone(PACKAGE)
    finally:
        seconds = time.monotonic() - begin
        state = "warm" if warm else "cold"
        text = f"{label(structure)}  {seconds:.1f} s {state}"
        recorder.progress("gate", total, text)
        if warm and with_coverage:
            recorder.figure("gate: warm combination", seconds, WARM, "s")


@pytest.mark.long
def test_the_quick_starts_tests_pass(workbench: Workbench, recorder: Recorder) -> None:
    """`uv run pytest` is all that a new project needs, whoever made it."""
    workbench.render(NAMES)
    workbench.run("uv", "sync", "--locked")
    begin = time.monotonic()
    workbench.run("uv", "run", "pytest")
    seconds = time.monotonic() - begin
    recorder.figure("generated service: uv run pytest", seconds, TESTS, "s")


def test_slow_tests_run_where_they_are_chosen(workbench: Workbench) -> None:
    """`uv run pytest` leaves them out; a path, a mark, a name and the gate do not."""
    workbench.render(NAMES)
    workbench.run("uv", "sync", "--locked")
    everything = collected(workbench, "tests")
    slow = collected(workbench, "-m", "slow")
    named = {test for test in slow if "/test_serve.py::" in test}

    assert named
    assert collected(workbench) == everything - slow
    assert collected(workbench, "-k", "test_serve.py") == named
    tasks = yaml.safe_load((workbench.project / "Taskfile.yml").read_text("utf-8"))
    [gate] = [line for line in tasks["tasks"]["check"]["cmds"] if "pytest" in line]
    arguments = shlex.split(gate.removeprefix("uv run pytest"))
    assert collected(workbench, *arguments, "-n", "0", "--no-cov") == everything


def collected(workbench: Workbench, *arguments: str) -> set[str]:
    """Return the tests that `uv run pytest` would run with these arguments."""
    listing = workbench.run("uv", "run", "pytest", *arguments, "--collect-only", "-q")
    return {line for line in listing.splitlines() if "::" in line}


def test_unit_tests_start_no_server(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the embedded server would keep its data, there is nothing afterwards."""
    workbench.render(NAMES)
    workbench.run("uv", "sync", "--locked")
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    workbench.run("uv", "run", "--no-sync", "pytest", "tests/unit")
    assert not (tmp_path / PACKAGE).exists()
    workbench.run("uv", "run", "--no-sync", "pytest", "-k", "test_migrations_have_one")
    assert (tmp_path / PACKAGE).exists()
