"""Every generated path has one owner, and Copier treats it accordingly."""

import ast
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from harness.answers import Answers, label
from harness.ownership import CLASSES, Manifest
from harness.questionnaire import ANSWERS_FILE
from harness.render import ROOT, command, snapshot
from harness.template import working_template
from maintenance.ownership import PAGE, page

COMBINATIONS = working_template().questionnaire.combinations()
DRIFT = "template/scripts/template.py.jinja"
each_combination = pytest.mark.parametrize("answers", COMBINATIONS, ids=label)


@cache
def manifest() -> Manifest:
    """Return the manifest of the repository."""
    return Manifest.read(ROOT / "ownership.yml")


@each_combination
def test_every_path_has_one_class(answers: Answers) -> None:
    """Whoever adds a file says who owns it."""
    found = manifest().findings(working_template().paths(answers))

    assert not found, "\n".join([*found, command(Path("service"), answers)])


@each_combination
def test_copier_does_what_the_manifest_says(answers: Answers) -> None:
    """Copy-only paths are excluded on update; seed-once paths are skipped."""
    found = manifest().disagreements(
        snapshot(), answers, working_template().paths(answers)
    )

    assert not found, "\n".join([*found, command(Path("service"), answers)])


@each_combination
def test_a_drift_is_only_in_what_the_template_owns(answers: Answers) -> None:
    """A project's own command leaves out what its list names, which says the same."""
    template = working_template()
    script = template.body(DRIFT, template.context(answers)).decode()
    [names] = [
        node.value
        for node in ast.parse(script).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_YOURS"
    ]
    listed = [each.value for each in ast.walk(names) if isinstance(each, ast.Constant)]
    paths = {*template.paths(answers)} - {ANSWERS_FILE}

    left_out = {
        path for path in paths if any(fnmatch(path, str(each)) for each in listed)
    }

    owned = {path for path in paths if manifest().classes(path) == [CLASSES[0]]}
    assert left_out == paths - owned


def test_page_is_up_to_date() -> None:
    """To write it: `uv run python -m maintenance.ownership`."""
    assert PAGE.read_text("utf-8") == page(manifest())


@pytest.mark.parametrize("setting", ["_exclude", "_skip_if_exists"])
def test_every_setting_of_copier_has_its_reason(setting: str) -> None:
    """A comment stands above the entries that it holds for, or behind one entry."""
    text = (ROOT / "copier.yml").read_text("utf-8")
    entries = text.partition(f"\n{setting}:\n")[2].partition("\n\n")[0].splitlines()
    assert len(entries) > 1

    bare = "" if entries[0].lstrip().startswith("#") else entries[0]
    assert not bare, f"copier.yml: say above {bare.strip()!r} why {setting} has it"


def test_every_pattern_is_used() -> None:
    """A pattern that matches nothing is a typing error, or about a file that went."""
    every = {
        path for answers in COMBINATIONS for path in working_template().paths(answers)
    }

    assert not manifest().unused(every)
