"""Each check finds what it is there to find, in a project that is wrong."""

import pytest

from conformance.changes import Spoiled, resolve
from conformance.counterexamples import FINDINGS
from conformance.projects import Rendered, described, judged, spoiled
from harness.workbench import Workbench
from plumb.check import Check, Finding
from plumb.checks import CHECKS
from plumb.service import Service

# Tests and import contracts tell by themselves; what they must notice is elsewhere.
TELLING = {
    name: own
    for name, checks in CHECKS.items()
    if (own := [check for check in checks if not check.node])
}
EXAMPLES = [
    (f"{name}-{number}", check, example)
    for name, checks in TELLING.items()
    for number, (check, example) in enumerate(
        zip(checks, FINDINGS.get(name, ()), strict=False), 1
    )
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a service for its API's description only where a check looks at that."""
    if "check" in metafunc.fixturenames:
        described = "workbench" in metafunc.fixturenames
        chosen = [each for each in EXAMPLES if described == (each[1].kind == "openapi")]
        metafunc.parametrize(
            ("check", "example"),
            [(check, example) for _, check, example in chosen],
            ids=[name for name, _, _ in chosen],
        )


def test_every_check_has_a_counterexample() -> None:
    """A check that nobody saw fail may be one that cannot fail."""
    checks = {name: len(own) for name, own in TELLING.items()}

    assert {name: len(examples) for name, examples in FINDINGS.items()} == checks


def test_check_finds_what_is_wrong(
    check: Check, example: Spoiled, rendered: Rendered
) -> None:
    """It is silent about the project as it was rendered, and not about the other."""
    before = judged(rendered(example.answers))
    assert check.applies(before)
    assert check.findings(before) == []

    with spoiled(rendered, example) as project:
        after = Service(project)
        assert check.applies(after)
        _assert_finds(check, check.findings(after), example)


def test_check_finds_what_is_wrong_in_an_api(
    check: Check, example: Spoiled, workbench: Workbench
) -> None:
    """As above, on the description that the changed service gives of itself."""
    workbench.render(example.answers)
    workbench.run("uv", "sync", "--locked")
    main = resolve("{place[main]}", example.answers)
    name = main.removeprefix("src/").replace("/", ".")
    before = Service(workbench.project, openapi=described(workbench, name))
    assert check.findings(before) == []

    with workbench.changed(example.files(workbench.project)):
        after = Service(workbench.project, openapi=described(workbench, name))
        _assert_finds(check, check.findings(after), example)


def _assert_finds(check: Check, found: list[Finding], example: Spoiled) -> None:
    said = "\n".join(map(str, found))
    assert found
    assert example.says in said
    if check.kind == "ruff":
        # Each of its rules, not only the first.
        asked = check.rule.removeprefix("ruff's ").partition(" is on")[0].split(", ")
        assert {finding.code for finding in found} >= set(asked)
