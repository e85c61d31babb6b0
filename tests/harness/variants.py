"""The different files that one template file can become."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.answers import Answer, Answers
from harness.covering import pairwise
from harness.template import Template, samples
from maintenance.questionnaire import every


@dataclass(frozen=True)
class Variant:
    """A rendered file.

    Attributes:
        file: the template file.
        answers: what the file reads, and the answers that gave this variant.
        path: where it lands in the project.
        content: its bytes.
    """

    file: str
    answers: Answers
    path: str
    content: bytes


type Layout = dict[Path, Variant]
"""Variants by the files that hold them."""

LINTER_SETTINGS = ("pyproject.toml", "ruff.toml", ".ruff.toml")


def assignments(template: Template, file: str) -> Iterator[Answers]:
    """Return the answers to render a template file with.

    They are every combination of the structural answers it reads, each with rows in
    which every pair of samples of the other answers it reads occurs.
    """
    questionnaire = template.questionnaire
    # In the order of the questionnaire, so that runs are alike.
    read = [name for name in questionnaire.questions if name in template.reads(file)]
    structural = {
        name: values
        for name, values in questionnaire.structural.items()
        if name in read
    }
    values = {name: samples(template, name) for name in read if name not in structural}
    for structure in every(structural):
        for row in pairwise(values):
            yield structure | row


def variants(template: Template, file: str) -> Iterator[Variant]:
    """Return what a template file becomes, each different result once."""
    seen = set()
    for answers in assignments(template, file):
        context = template.context(answers)
        path = template.path(file, context)
        if path is None:
            continue
        content = template.body(file, context)
        if (path, content) not in seen:
            seen.add((path, content))
            yield Variant(file, answers, path, content)


def lay_out(template: Template, chosen: Iterable[Variant], folder: Path) -> Layout:
    """Write variants below a folder so that a linter judges them as in their projects.

    Variants of the same answers share a project, which holds its linter's settings and
    all its folders: from these ruff tells the project's own modules.
    """
    projects: dict[tuple[tuple[str, Answer], ...], Path] = {}
    layout: Layout = {}
    for variant in chosen:
        key = tuple(variant.answers.items())
        if key not in projects:
            projects[key] = folder / f"project-{len(projects):04}"
            _frame(template, variant.answers, projects[key])
        path = projects[key] / variant.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(variant.content)
        layout[path] = variant
    return layout


def _frame(template: Template, answers: Answers, project: Path) -> None:
    context = template.context(answers)
    for file in template.files:
        path = template.path(file, context)
        if path is None:
            continue
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        if path in LINTER_SETTINGS:
            (project / path).write_bytes(template.body(file, context))
