"""Tier *branches*: each branch of every template file was rendered at least once."""

from extensions.branches import Branches
from extensions.lookup import extension
from harness.render import snapshot
from harness.template import Template, computed_source
from harness.variants import assignments


def missed(template: Template) -> list[str]:
    """Render every file with all answers it reads; return the branches never taken.

    Args:
        template: a template whose environment holds `Branches`.
    """
    sources = {computed_source(name) for name in template.questionnaire.computed}
    for file in template.files:
        sources |= template.sources(file)
        for answers in assignments(template, file):
            context = template.context(answers)
            if template.path(file, context) is not None:
                template.body(file, context)
    recorded = extension(template.environment, Branches)
    return [str(branch) for branch in recorded.missed(sources)]


def test_every_branch_is_rendered() -> None:
    """No condition of a file, its name, a macro or a computed answer is one-sided."""
    found = missed(Template(snapshot(), Branches))

    assert not found, "\n".join(
        [*found, "Remove the condition, or give `CANDIDATES` a text that meets it."]
    )
