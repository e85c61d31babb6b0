"""The documents of a project agree with it, and with each other."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.answers import Answers, label
from harness.linter import lint
from harness.pages import NewFile, steps
from harness.render import command
from harness.template import samples, working_template

PAGES = ("docs/your-first-resource.md", "docs/extending.md", "docs/background-work.md")

each_combination = pytest.mark.parametrize(
    "answers", working_template().questionnaire.combinations(), ids=label
)


@pytest.mark.parametrize(
    "answers", working_template().questionnaire.triples(), ids=label
)
@pytest.mark.parametrize("measure", [min, max], ids=("short", "long"))
@pytest.mark.parametrize("page", PAGES)
def test_code_is_clean_whatever_the_name(
    answers: Answers, measure: Callable[..., str], page: str, tmp_path: Path
) -> None:
    """Ruff has nothing to change in what a page has its reader write."""
    names = map(str, samples(working_template(), "package_name"))
    chosen = {**answers, "package_name": measure(names, key=len)}
    project = working_template().project(chosen)
    files = {
        step.path: step.content.encode()
        for step in steps(project[page].decode())
        if isinstance(step, NewFile)
    }

    assert not files.keys() & project.keys()

    for path, content in {**project, **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    found = {
        path.relative_to(tmp_path): rules for path, rules in lint(tmp_path).items()
    }

    assert not found, command(Path("service"), chosen)


@each_combination
def test_links_lead_to_files(answers: Answers) -> None:
    """A relative link names a file of the project, or a heading of its page."""
    project = working_template().project(answers)
    for page in ("README.md", "CHANGELOG.md", *PAGES):
        folder = Path(page).parent
        text = project[page].decode()
        links = re.findall(r"\]\((?!https?://)([^)]+)\)", text)
        headings = {link for link in links if link.startswith("#")}

        assert headings <= anchors(text)
        files = {(folder / link).as_posix() for link in links if link not in headings}
        assert files <= project.keys()


def anchors(page: str) -> set[str]:
    """Return the addresses that the headings of a page have where it is shown."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {
        "#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@each_combination
def test_readme_lists_the_variables_of_the_example(answers: Answers) -> None:
    """A variable that one of them names is in the other, too."""
    project = working_template().project(answers)
    example = re.findall(r"^(\w+)=", project[".env.example"].decode(), re.MULTILINE)
    readme = project["README.md"].decode()
    table = readme[readme.index("\n| variable |") :].partition("\n\n")[0]

    names = "".join(re.findall(r"^\| (.+?) \|", table, re.MULTILINE))
    assert re.findall(r"`(\w+)`", names) == example
