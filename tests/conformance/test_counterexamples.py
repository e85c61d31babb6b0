"""Each check finds what it is there to find, in a project that is wrong."""

import pytest

from conformance.changes import Edit, Spoiled, resolve
from conformance.counterexamples import FINDINGS
from conformance.projects import Rendered, described, judged, spoiled
from harness.answers import label
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


FEW = 5
# How `rules` ends what it demands.
ON = " is on and finds nothing"
# Nothing but what forbids tabs is left on.
OFF = '[tool.ruff.lint]\nselect = ["W191"]\nextend-unsafe-fixes = ['


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a service for its API's description only where a check looks at that.

    Each costs seconds: without `--everything` a few stand for all of them.
    """
    if "check" in metafunc.fixturenames:
        described = "workbench" in metafunc.fixturenames
        chosen = [each for each in EXAMPLES if described == (each[1].kind == "openapi")]
        if described and not metafunc.config.getoption("everything"):
            chosen = chosen[:FEW]
        metafunc.parametrize(
            ("check", "example"),
            [(check, example) for _, check, example in chosen],
            ids=[name for name, _, _ in chosen],
        )


@pytest.fixture(scope="module")
def apis() -> dict[str, Service]:
    """The services of which the API's description is known, by their answers."""
    return {}


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
    check: Check, example: Spoiled, workbench: Workbench, apis: dict[str, Service]
) -> None:
    """As above, on the description that the changed service gives of itself."""
    workbench.render(example.answers)
    workbench.run("uv", "sync", "--locked")
    main = resolve("{place[main]}", example.answers)
    name = main.removeprefix("src/").replace("/", ".")
    key = label(example.answers)
    if key not in apis:
        apis[key] = Service(workbench.project, openapi=described(workbench, name))
    assert check.findings(apis[key]) == []

    with workbench.changed(example.files(workbench.project)):
        after = Service(workbench.project, openapi=described(workbench, name))
        _assert_finds(check, check.findings(after), example)


def _assert_finds(check: Check, found: list[Finding], example: Spoiled) -> None:
    said = "\n".join(map(str, found))
    assert found
    assert not example.unsaid(said), said
    if check.rule.endswith(ON):
        # Each of its rules, not only the first, and in the code.
        asked = check.rule.removeprefix("ruff's ").removesuffix(ON).split(", ")
        there = {each.code for each in found if each.path != "pyproject.toml"}
        assert there >= set(asked)


def test_a_rule_that_is_off_is_noticed(rendered: Rendered) -> None:
    """Code that happens to be clean is not enough."""
    every = [check for own in TELLING.values() for check in own]
    ruff = [check for check in every if check.rule.endswith(ON)]
    example = Spoiled(Edit("pyproject.toml", "[tool.ruff.lint]\nselect = [", OFF))

    with spoiled(rendered, example) as project:
        service = Service(project)
        silent = [check.rule for check in ruff if not check.findings(service)]

    assert ruff
    assert not silent
