"""The page *Your first resource*, followed to the letter, ends in a green gate."""

from collections.abc import Callable

import pytest

from harness.answers import Answers
from harness.figures import Recorder
from harness.pages import NewFile, following, in_projects

# Design, section 6: what a new resource may cost.
FILES = 6
LINES = 250


@in_projects(turned="layout")
@pytest.mark.long
def test_the_page_ends_in_a_green_gate(
    answers: Answers,
    warm: dict[str, str],
    recorder: Recorder,
    need_tools: Callable[[Answers], None],
) -> None:
    """Nothing that is there has to be edited, and the cost is within its budget."""
    need_tools(answers)
    page, whole = "your-first-resource.md", answers["task_queue"] == "none"
    with following(page, answers, warm, whole=whole) as (reader, done):
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
