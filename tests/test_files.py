"""Tier *files*: every template file under every combination of the answers it reads."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from extensions.lookup import extension
from extensions.recorded_reads import RecordedReads
from harness import hygiene
from harness.linter import lint
from harness.render import command, snapshot
from harness.template import Template, working_template
from harness.variants import Variant, assignments, lay_out, variants

FILES = working_template().files


@cache
def recording_template() -> Template:
    """Return the working tree's template with a recorder of what renders read."""
    return Template(snapshot(), RecordedReads)


def report(findings: Iterable[tuple[Variant, list[str]]]) -> str:
    """Return findings as text, with a command that makes the first such variant."""
    alike: dict[tuple[str, ...], list[Variant]] = {}
    for variant, rules in findings:
        alike.setdefault((variant.file, *rules), []).append(variant)
    return "\n".join(
        f"{key[0]} -> {first.path} (and {len(others)} more variants)\n"
        + "".join(f"  {rule}\n" for rule in key[1:])
        + f"  {command(Path('service'), first.answers)}"
        for key, (first, *others) in alike.items()
    )


@pytest.mark.parametrize("file", FILES)
def test_variants_are_clean(file: str) -> None:
    """No variant holds leftovers or anything that its type forbids."""
    template = working_template()
    names = [entry.name for entry in template.questionnaire.entries]
    found = [
        (variant, rules)
        for variant in variants(template, file)
        if (rules := hygiene.findings(variant.path, variant.content, names))
    ]

    assert not found, report(found)


@pytest.mark.parametrize("file", FILES)
def test_a_render_reads_what_the_source_says(file: str) -> None:
    """The static closure, on which the combinations rest, misses nothing."""
    template = recording_template()
    recorded = extension(template.environment, RecordedReads)
    expected = template.variables(file)
    for answers in assignments(template, file):
        context = template.context(answers)
        recorded.clear()
        path = template.path(file, context)
        if path is not None:
            template.body(file, context)

        assert recorded.names <= expected, command(Path("service"), answers)


@pytest.mark.parametrize("name", working_template().questionnaire.computed)
def test_a_computed_answer_reads_what_its_default_says(name: str) -> None:
    """The same for the answers that `copier.yml` computes."""
    template = recording_template()
    recorded = extension(template.environment, RecordedReads)
    for answers in template.questionnaire.combinations():
        recorded.clear()
        template.compute(name, template.context(answers))

        assert recorded.names <= template.computed_reads(name), command(
            Path("service"), answers
        )


def test_python_passes_the_projects_own_linter(tmp_path: Path) -> None:
    """Every variant of a Python file passes `ruff check` and `ruff format`."""
    template = working_template()
    chosen = [
        variant
        for file in FILES
        for variant in variants(template, file)
        if variant.path.endswith((".py", ".pyi"))
    ]
    layout = lay_out(template, chosen, tmp_path)

    found = [(layout[path], rules) for path, rules in lint(tmp_path).items()]

    assert not found, report(found)
