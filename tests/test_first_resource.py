"""The page *Your first resource*, followed to the letter, ends in a green gate."""

from collections.abc import Callable

import pytest

from harness.answers import Answers, label
from harness.figures import Recorder
from harness.pages import Command, NewFile, projects, reading
from harness.template import working_template

PAGE = "your-first-resource.md"
NAMES = {"project_name": "acme-orders", "package_name": "acme_orders"}

# Design, section 6: what a new resource may cost.
FILES = 6
LINES = 250


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Follow the page in few projects."""
    if "answers" in metafunc.fixturenames:
        chosen = projects(working_template().questionnaire, "layout")
        metafunc.parametrize("answers", chosen, ids=label)


@pytest.mark.long
def test_the_page_ends_in_a_green_gate(
    answers: Answers,
    warm: dict[str, str],
    recorder: Recorder,
    need_tools: Callable[[Answers], None],
) -> None:
    """Nothing that is there has to be edited, and the cost is within its budget."""
    need_tools(answers)
    with reading({**answers, **NAMES}, **warm) as reader:
        done = reader.follow(PAGE)

        assert done[-1] == Command("uv run task check")
        assert not reader.edited()

    sources = [
        step.content.splitlines()
        for step in done
        if isinstance(step, NewFile) and step.path.startswith("src/")
    ]
    lines = sum(map(len, sources))
    recorder.figure("a new resource: files", len(sources), FILES, "files")
    recorder.figure("a new resource: lines", lines, LINES, "lines")
    assert len(sources) <= FILES
    assert lines <= LINES
