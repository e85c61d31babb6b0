"""What a service says of its API is kept as it says it, and is true."""

import pytest

from harness.answers import Answers, label
from harness.template import working_template
from harness.workbench import Workbench

CASES = 100


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask one service, or with `--everything` every one: it takes half a minute."""
    if "answers" in metafunc.fixturenames:
        everything = metafunc.config.getoption("everything")
        chosen = working_template().questionnaire.combinations()
        chosen = chosen if everything else chosen[:1]
        metafunc.parametrize("answers", chosen, ids=label)


def test_service_keeps_what_its_document_says(
    answers: Answers, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document is what the service writes, and many requests show it to be true."""
    workbench.render(answers)
    workbench.run("uv", "sync", "--locked")
    documents = sorted((workbench.project / "docs" / "api").iterdir())
    rendered = {file.name: file.read_bytes() for file in documents}
    monkeypatch.setenv("TEST_CONTRACT_CASES", str(CASES))

    workbench.run("uv", "run", "--no-sync", "task", "docs", "--", "--breaking")
    workbench.run("uv", "run", "--no-sync", "pytest", "tests/e2e/test_contract.py")

    written = {file.name: file.read_bytes() for file in documents}
    assert rendered == written, "run: uv run python -m maintenance.openapi"
