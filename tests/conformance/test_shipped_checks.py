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

RELIED_ON: Mapping[tuple[str, str], Check] = {
    (row, check.node): check
    for row, checks in CHECKS.items()
    for check in checks
    if check.node
}
TESTS = sorted(key for key in RELIED_ON if "::" in key[1])
CONTRACTS = sorted(RELIED_ON.keys() - set(TESTS))
# What is wrong is said with the failure, not between the lines of a log.
BRIEFLY = ("-q", "-n", "0", "--tb=short", "--show-capture=no")


def once(examples: Mapping[tuple[str, str], Spoiled]) -> list[tuple[str, Spoiled, str]]:
    """Return what is to run, once for the rows that share it, and their names."""
    rows: dict[tuple[str, Spoiled, str], list[str]] = {}
    for (row, node), example in sorted(examples.items(), key=lambda each: each[0]):
        rows.setdefault((node, example, repr(example.answers)), []).append(row)
    return [
        (node, example, f"{'-'.join(own)}-{node.rpartition('::')[2]}")
        for (node, example, _), own in rows.items()
    ]


def test_everything_relied_on_has_a_counterexample() -> None:
    """What nobody saw fail, for the very demand of a row, may be unable to."""
    assert sorted(FAILURES) == TESTS
    assert sorted(BREACHES) == CONTRACTS


@pytest.mark.parametrize(
    ("row", "name"), [*TESTS, *CONTRACTS], ids=lambda value: value.rpartition("::")[2]
)
def test_what_a_row_relies_on_is_missed(
    row: str, name: str, rendered: Rendered
) -> None:
    """Take away the test or the contract, and the check says so."""
    file, _, function = name.rpartition("::")
    gone = Edit(file or "pyproject.toml", function, "something_else")
    answers = {**FAILURES, **BREACHES}[row, name].answers

    with spoiled(rendered, Spoiled(gone, answers=answers)) as project:
        assert RELIED_ON[row, name].findings(Service(project))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Spoil services only where everything is asked for: each costs seconds."""
    everything = metafunc.config.getoption("everything")
    for argument, examples in (("relied_test", FAILURES), ("contract", BREACHES)):
        if argument in metafunc.fixturenames:
            runs = once(examples) if everything else once(examples)[:1]
            metafunc.parametrize(
                (argument, "example"),
                [(node, example) for node, example, _ in runs],
                ids=[name for _, _, name in runs],
            )


def test_a_shipped_test_fails_where_it_should(
    relied_test: str, example: Spoiled, workbench: Workbench
) -> None:
    """It passes in the project as rendered, which the gate shows, and fails here."""
    prepare(workbench, example)

    with (
        workbench.changed(example.files(workbench.project)),
        pytest.raises(CommandFailedError) as failure,
    ):
        workbench.run("uv", "run", "--no-sync", "pytest", *BRIEFLY, relied_test)

    output = failure.value.output
    assert f"FAILED {relied_test}" in output, failure.value
    assert not example.unsaid(output), failure.value


def test_an_import_contract_is_broken_where_it_should_be(
    contract: str, example: Spoiled, workbench: Workbench
) -> None:
    """It holds in the project as rendered, which the gate shows, and not here."""
    prepare(workbench, example)

    with (
        workbench.changed(example.files(workbench.project)),
        pytest.raises(CommandFailedError) as failure,
    ):
        workbench.run("uv", "run", "--no-sync", "lint-imports", "--no-cache")

    output = failure.value.output
    assert f"{contract} BROKEN" in output, failure.value
    assert not example.unsaid(output), failure.value


def prepare(workbench: Workbench, example: Spoiled) -> None:
    """Turn the workbench's project into the one that the example spoils."""
    workbench.render(example.answers)
    workbench.run("uv", "sync", "--locked")
