"""The page *Work after the response*, followed to the letter, ends in a green gate."""

from collections.abc import Callable

import pytest

from harness.answers import Answers
from harness.pages import following, in_projects


@in_projects(turned="layout")
@pytest.mark.long
def test_the_page_ends_in_a_green_gate(
    answers: Answers, warm: dict[str, str], need_tools: Callable[[Answers], None]
) -> None:
    """A task of one's own is new files only, and its work is done after the answer."""
    need_tools(answers)
    with following("background-work.md", answers, warm) as (reader, _):
        assert not reader.edited()
