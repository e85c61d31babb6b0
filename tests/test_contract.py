"""What a service says of its API is kept as it says it, and is true."""

import pytest

from harness.answers import Answers, label
from harness.template import working_template
from harness.workbench import Workbench

CASES = 100
DOCUMENTS = "template/docs/api/"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask one service, or with `--everything` one for each document.

    Each takes half a minute, and that a document is the service's own is asserted by
    every project's tests.
    """
    if "answers" in metafunc.fixturenames:
        template = working_template()
        documents = [file for file in template.files if file.startswith(DOCUMENTS)]
        reads = frozenset().union(*map(template.reads, documents))
        rows = template.questionnaire.pairwise(whole=reads)
        each = {tuple(row[name] for name in reads if name in row): row for row in rows}
        chosen = [*each.values()]
        chosen = chosen if metafunc.config.getoption("everything") else chosen[:1]
        metafunc.parametrize("answers", chosen, ids=label)


@pytest.mark.long
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
