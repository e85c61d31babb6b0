"""Tier *render*: every structural combination through Copier, without trust."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import hygiene
from harness.answers import Answers, label
from harness.figures import Recorder
from harness.linter import lint
from harness.process import run
from harness.questionnaire import recorded
from harness.render import command, render, snapshot, tree
from harness.template import Template, samples, working_template

QUESTIONNAIRE = working_template().questionnaire
each_combination = pytest.mark.parametrize(
    "answers", QUESTIONNAIRE.combinations(), ids=label
)

# Design, section 6: how many files in all and lines of `src` a team does not wince at.
SIZES = {"standard": (110, 4500), "minimal": (60, 1800)}
# What these take today, which is more: it may shrink towards the sizes, not grow.
CEILINGS = [
    ({"preset": "standard"}, (286, 10909)),
    ({"preset": "standard", "layout": "domain"}, (288, 10919)),
    ({"preset": "standard", "auth": "none"}, (223, 7666)),
    ({"preset": "standard", "layout": "domain", "auth": "none"}, (221, 7672)),
    ({"preset": "minimal"}, (202, 7190)),
    ({"preset": "minimal", "auth": "jwt"}, (262, 10433)),
]


def lint_report(project: Path, answers: Answers) -> str:
    """Return ruff's findings about a project as text; empty if there are none."""
    found = [
        f"{path.relative_to(project)}: {rule}"
        for path, rules in lint(project).items()
        for rule in rules
    ]
    return "\n".join([*found, command(project, answers)]) if found else ""


@each_combination
def test_is_clean(answers: Answers, rendered: Callable[[Answers], Path]) -> None:
    """Nothing is left to the user, and ruff has nothing to say or to change."""
    project = rendered(answers)
    names = [entry.name for entry in QUESTIONNAIRE.entries]
    found = [
        f"{path}: {rule}"
        for path, content in tree(project).items()
        for rule in hygiene.findings(path, content, names)
    ]

    assert not found, "\n".join([*found, command(project, answers)])
    assert not (report := lint_report(project, answers)), report


@each_combination
def test_direct_rendering_gives_the_same(
    answers: Answers, rendered: Callable[[Answers], Path]
) -> None:
    """What the other tiers render without Copier is what Copier renders."""
    project = rendered(answers)
    direct = Template(snapshot(), destination=project).project(answers)
    expected = tree(project)

    assert sorted(direct) == sorted(expected), command(project, answers)
    for path, content in expected.items():
        assert direct[path] == content, f"{path}\n{command(project, answers)}"


@pytest.mark.parametrize("answers", QUESTIONNAIRE.pairwise(), ids=label)
def test_rendering_again_changes_nothing(
    answers: Answers, rendered: Callable[[Answers], Path]
) -> None:
    """No file holds a time, a random value, or what depends on its former self."""
    project = rendered(answers)
    first = tree(project)

    assert tree(render(project, answers)) == first, command(project, answers)


@each_combination
def test_nothing_rendered_is_ignored(
    answers: Answers, rendered: Callable[[Answers], Path], tmp_path: Path
) -> None:
    """`git add` takes every file: none is hidden by the project's own `.gitignore`."""
    project = rendered(answers)
    run(["git", "init", "--quiet", tmp_path], tmp_path)
    found = run(
        [
            "git",
            *("--git-dir", tmp_path / ".git", "--work-tree", project),
            *("ls-files", "--others", "--ignored", "--exclude-standard"),
        ],
        project,
    )

    assert not found.output, f"{found.output}{command(project, answers)}"


def name_extremes() -> list[Answers]:
    """Return the shortest and the longest names of the package and the project."""
    names = ("project_name", "package_name")
    texts = {
        name: [str(sample) for sample in samples(working_template(), name)]
        for name in names
    }
    return [
        {name: measure(texts[name], key=len) for name in names}
        for measure in (min, max)
    ]


@each_combination
@pytest.mark.parametrize("names", name_extremes(), ids=("short", "long"))
def test_imports_are_sorted_whatever_the_name(
    answers: Answers, names: Answers, tmp_path: Path
) -> None:
    """Import blocks are wrapped and sorted for names of 1 and of 40 characters."""
    chosen = {**answers, **names}
    for path, content in working_template().project(chosen).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)

    assert not (report := lint_report(tmp_path, chosen)), report


@pytest.mark.parametrize("answers", QUESTIONNAIRE.presets, ids=label)
def test_a_preset_is_a_combination(
    answers: Answers, rendered: Callable[[Answers], Path]
) -> None:
    """A preset records an answer to each structural question and renders cleanly."""
    project = rendered(answers)
    structure = QUESTIONNAIRE.structure(recorded(project))

    assert structure.keys() == QUESTIONNAIRE.structural.keys()
    assert not (report := lint_report(project, answers)), report


@pytest.mark.parametrize(
    ("answers", "ceiling"),
    [pytest.param(*row, id=label(row[0])) for row in CEILINGS],
)
def test_size(
    answers: Answers,
    ceiling: tuple[int, int],
    rendered: Callable[[Answers], Path],
    recorder: Recorder,
) -> None:
    """A project is not growing; its preset's budget is shown beside what it takes."""
    project = tree(rendered(answers))
    lines = sum(
        len(content.splitlines())
        for path, content in project.items()
        if path.startswith("src/")
    )
    files_budget, lines_budget = SIZES[str(answers["preset"])]
    name = label(answers)
    recorder.figure(f"{name}: files", len(project), files_budget, "files")
    recorder.figure(f"{name}: lines of src", lines, lines_budget, "lines")

    files_ceiling, lines_ceiling = ceiling
    assert len(project) <= files_ceiling, command(Path("service"), answers)
    assert lines <= lines_ceiling, command(Path("service"), answers)
