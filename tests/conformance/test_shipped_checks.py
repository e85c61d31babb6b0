"""The tests and import contracts that rows rely on can fail, in the project itself."""

from collections.abc import Mapping

import pytest

from conformance.changes import Edit, Spoiled
from conformance.counterexamples import BREACHES, FAILURES
from conformance.projects import Rendered, spoiled
from harness.process import CommandFailedError
from harness.workbench import Workbench
from plumb.check import Check
from plumb.checks import CHECKS
from plumb.service import Service

RELIED_ON: Mapping[str, Check] = {
    check.node: check for checks in CHECKS.values() for check in checks if check.node
}
TESTS = sorted(name for name in RELIED_ON if "::" in name)
CONTRACTS = sorted(RELIED_ON.keys() - set(TESTS))


def test_everything_relied_on_has_a_counterexample() -> None:
    """What nobody saw fail may be unable to."""
    assert sorted(FAILURES) == TESTS
    assert sorted(BREACHES) == CONTRACTS


@pytest.mark.parametrize("name", [*TESTS, *CONTRACTS])
def test_what_a_row_relies_on_is_missed(name: str, rendered: Rendered) -> None:
    """Take away the test or the contract, and the check says so."""
    check = RELIED_ON[name]
    file, _, function = name.rpartition("::")
    gone = Edit(file or "pyproject.toml", function, "something_else")
    answers = {**FAILURES, **BREACHES}[name].answers

    with spoiled(rendered, Spoiled(gone, answers=answers)) as project:
        assert check.findings(Service(project))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Spoil services only where everything is asked for: each costs seconds."""
    everything = metafunc.config.getoption("everything")
    for argument, names in (("relied_test", TESTS), ("contract", CONTRACTS)):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, names if everything else names[:1])


def test_a_shipped_test_fails_where_it_should(
    relied_test: str, workbench: Workbench
) -> None:
    """It passes in the project as rendered, which the gate shows, and fails here."""
    example = FAILURES[relied_test]
    prepare(workbench, example)

    with (
        workbench.changed(example.files(workbench.project)),
        pytest.raises(CommandFailedError) as failure,
    ):
        workbench.run("uv", "run", "--no-sync", "pytest", "-q", "-n", "0", relied_test)

    output = str(failure.value)
    assert f"FAILED {relied_test}" in output, output
    assert example.says in output, output


def test_an_import_contract_is_broken_where_it_should_be(
    contract: str, workbench: Workbench
) -> None:
    """It holds in the project as rendered, which the gate shows, and not here."""
    example = BREACHES[contract]
    prepare(workbench, example)

    with (
        workbench.changed(example.files(workbench.project)),
        pytest.raises(CommandFailedError) as failure,
    ):
        workbench.run("uv", "run", "--no-sync", "lint-imports", "--no-cache")

    assert f"{contract} BROKEN" in str(failure.value)


def prepare(workbench: Workbench, example: Spoiled) -> None:
    """Turn the workbench's project into the one that the example spoils."""
    workbench.render(example.answers)
    workbench.run("uv", "sync", "--locked")
