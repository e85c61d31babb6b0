"""Tier *gate*: generated projects pass their own gate, in their own environment."""

import time
from pathlib import Path

import pytest

from harness.answers import Answers, label
from harness.figures import Recorder
from harness.template import working_template
from harness.workbench import Workbench

# Design, section 8: seconds from one project to the next, and for a project's tests.
WARM = 20
TESTS = 45

PACKAGE = "acme_orders"
NAMES = {"project_name": PACKAGE.replace("_", "-"), "package_name": PACKAGE}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gate a pairwise set, or with `--everything` every structural combination."""
    if "combination" in metafunc.fixturenames:
        questionnaire = working_template().questionnaire
        everything = metafunc.config.getoption("everything")
        chosen = (
            questionnaire.combinations() if everything else questionnaire.pairwise()
        )
        metafunc.parametrize(
            ("combination", "total"),
            [(answers, len(chosen)) for answers in chosen],
            ids=[label(questionnaire.structure(answers)) for answers in chosen],
        )


def test_gate(
    combination: Answers, total: int, workbench: Workbench, recorder: Recorder
) -> None:
    """A project is locked, formatted, typed and tested, and its modules import alone."""
    structure = working_template().questionnaire.structure(combination)
    warm = workbench.warm
    begin = time.monotonic()
    try:
        workbench.render({**combination, **NAMES})
        workbench.gate()
        workbench.import_alone(PACKAGE)
    finally:
        seconds = time.monotonic() - begin
        state = "warm" if warm else "cold"
        text = f"{label(structure)}  {seconds:.1f} s {state}"
        recorder.progress("gate", total, text)
        if warm:
            recorder.figure("gate: warm combination", seconds, WARM, "s")


def test_the_quick_starts_tests_pass(workbench: Workbench, recorder: Recorder) -> None:
    """`uv run pytest` is all that a new project needs, whoever made it."""
    workbench.render(NAMES)
    workbench.run("uv", "sync", "--locked")
    begin = time.monotonic()
    workbench.run("uv", "run", "pytest")
    seconds = time.monotonic() - begin
    recorder.figure("generated service: uv run pytest", seconds, TESTS, "s")


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
