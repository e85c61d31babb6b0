"""Every generated path has one owner, and Copier treats it accordingly."""

from functools import cache
from pathlib import Path

import pytest

from harness.answers import Answers, label
from harness.ownership import Manifest
from harness.render import ROOT, command, snapshot
from harness.template import working_template

COMBINATIONS = working_template().questionnaire.combinations()
each_combination = pytest.mark.parametrize("answers", COMBINATIONS, ids=label)


@cache
def manifest() -> Manifest:
    """Return the manifest of the repository."""
    return Manifest.read(ROOT / "ownership.yml")


def paths(answers: Answers) -> list[str]:
    """Return the paths of a project."""
    template = working_template()
    context = template.context(answers)
    rendered = (template.path(file, context) for file in template.files)
    return sorted(path for path in rendered if path is not None)


@each_combination
def test_every_path_has_one_class(answers: Answers) -> None:
    """Whoever adds a file says who owns it."""
    found = manifest().findings(paths(answers))

    assert not found, "\n".join([*found, command(Path("service"), answers)])


@each_combination
def test_copier_does_what_the_manifest_says(answers: Answers) -> None:
    """Copy-only paths are excluded on update; seed-once paths are skipped."""
    found = manifest().disagreements(snapshot(), answers, paths(answers))

    assert not found, "\n".join([*found, command(Path("service"), answers)])


def test_every_pattern_is_used() -> None:
    """A pattern that matches nothing is a typing error, or about a file that went."""
    every = {path for answers in COMBINATIONS for path in paths(answers)}

    assert not manifest().unused(every)
