"""Services meet what the matrix says is checked, whatever three answers meet."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.changes import NAMES, resolve
from conformance.projects import described
from harness.answers import Answers, label
from harness.template import working_template
from harness.workbench import Workbench
from plumb.checks import CHECKS
from plumb.judgement import judge
from plumb.matrix import Matrix
from plumb.service import Service

COMBINATIONS = [
    {**NAMES, **answers} for answers in working_template().questionnaire.triples()
]
IDS = [
    label(working_template().questionnaire.structure(answers))
    for answers in COMBINATIONS
]


@pytest.mark.parametrize("combination", COMBINATIONS, ids=IDS)
def test_a_generated_service_meets_every_checked_row(
    combination: Answers, rendered: Callable[[Answers], Path], workbench: Workbench
) -> None:
    """Nothing is found, and nothing that has a check could not be judged."""
    workbench.render(combination)
    workbench.run("uv", "sync", "--locked")
    main = resolve("{place[main]}", combination).removeprefix("src/").replace("/", ".")
    service = Service(rendered(combination), openapi=described(workbench, main))
    rows = [Matrix.read().requirements[name] for name in CHECKS]

    judgements = judge(service, rows, CHECKS)

    wrong = [
        f"{each.requirement.id}: {said}"
        for each in judgements
        for said in [*each.findings, *each.unknown]
    ]
    assert not wrong, "\n".join(wrong)
    assert not service.broken


def test_every_check_concerns_some_combination(
    rendered: Callable[[Answers], Path],
) -> None:
    """A check that applies nowhere proves nothing."""
    services = [Service(rendered(combination)) for combination in COMBINATIONS]
    idle = [
        f"{name}: {check.rule}"
        for name, checks in CHECKS.items()
        for check in checks
        if not any(map(check.applies, services))
    ]

    assert not idle
