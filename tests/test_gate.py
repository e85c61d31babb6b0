"""Tier *gate*: generated projects pass their own gate, in their own environment."""

import shlex
import time
from pathlib import Path

import pytest
import yaml

from harness.answers import Answers, label
from harness.covering import pairwise
from harness.figures import Recorder
from harness.template import working_template
from harness.workbench import Workbench
from maintenance.questionnaire import Row

# Design, section 8: seconds from one project to the next, and for a project's tests.
WARM = 20
TESTS = 45

PACKAGE = "acme_orders"
# What the slow tests of a project depend on.
SLOW = ("layout", "migrations", "task_queue")
# What Celery's application reads as it is imported: docs/adr/0043.
CELERY = {
    "ENVIRONMENT": "test",
    "DATABASE_URL": "postgresql://localhost/nothing",
    "JWT_KEY": "k" * 32,
    "CELERY_BROKER_URL": "redis://localhost",
}
NAMES = {"project_name": PACKAGE.replace("_", "-"), "package_name": PACKAGE}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gate a pairwise set, or with `--everything` each three answers together.

    All combinations would take CI eight times as long; the others are rendered and linted
    all the same. Slow tests run, and coverage is measured, in some of them.
    """
    if "combination" in metafunc.fixturenames:
        questionnaire = working_template().questionnaire
        everything = metafunc.config.getoption("everything")
        chosen = questionnaire.triples() if everything else questionnaire.pairwise()
        metafunc.parametrize(
            ("combination", "whole", "total"),
            [(answers, answers in whole_ones(), len(chosen)) for answers in chosen],
            ids=[label(questionnaire.structure(answers)) for answers in chosen],
        )


def whole_ones() -> list[Row]:
    """Return pairwise combinations with each two answers to what slow tests depend on."""
    questionnaire = working_template().questionnaire
    asked = pairwise({name: questionnaire.structural[name] for name in SLOW})
    return [
        next(row for row in questionnaire.pairwise() if each.items() <= row.items())
        for each in asked
    ]


def test_each_test_that_is_shipped_is_in_a_whole_project() -> None:
    template = working_template()
    combinations = template.questionnaire.combinations()

    shipped, run = (
        {
            path
            for answers in some
            for path in template.project(answers)
            if path.startswith("tests/")
        }
        for some in (combinations, whole_ones())
    )

    assert shipped == run


@pytest.mark.long
def test_gate(
    combination: Answers,
    whole: bool,
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
        workbench.gate(whole=whole)
        needed = CELERY if combination["task_queue"] == "celery" else {}
        workbench.import_alone(PACKAGE, **needed)
    finally:
        seconds = time.monotonic() - begin
        state = "warm" if warm else "cold"
        text = f"{label(structure)}  {seconds:.1f} s {state}"
        recorder.progress("gate", total, text)
        if warm and whole:
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
