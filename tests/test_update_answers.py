"""Recorded answers stay what they are: an update keeps them, or does not begin."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from harness.asking import Interview, Refusal, questionnaire_only
from harness.history import Project, Releases, released, unpack
from harness.process import CommandFailedError
from harness.questionnaire import Questionnaire, recorded
from harness.render import snapshot, tree
from harness.team import Work, append, edit
from harness.template import CANDIDATES
from harness.updating import Update

MIGRATION = """
_migrations:
  - version: v2.0.0
    when: "{{ _stage == 'before' }}"
    command: [sed, -i, "s/^license: MIT$/license: Expat/", .copier-answers.yml]
"""
WAYS = pytest.mark.parametrize(
    "options",
    [("--defaults",), ("--skip-answered", "--defaults")],
    ids=["person", "bot"],
)


def release_renamed(folder: Path, migration: str) -> Releases:
    """Release a template, and two versions in which a choice has another value."""
    releases = Releases(folder / "template")
    releases.release("v1.0.0", questionnaire_only(folder / "source", snapshot()))
    edit(releases.path / "copier.yml", "    MIT: MIT\n", "    MIT: Expat\n")
    append(releases.path / "copier.yml", migration)
    releases.release("v2.0.0", releases.path)
    append(releases.path / "copier.yml", "# Nothing else is new.\n")
    releases.release("v2.1.0", releases.path)
    return releases


@WAYS
def test_an_answer_that_has_to_be_migrated_stops_an_update_without_trust(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    """Code 4, which bots report, and a project that nothing was done to."""
    releases = release_renamed(tmp_path, MIGRATION)
    project = Project(tmp_path / "my-service")
    project.copy(releases, "v1.0.0", {"license": "MIT"})
    head, files = project.git("rev-parse", "HEAD"), tree(project.path)

    with pytest.raises(CommandFailedError, match="exit status 4") as stopped:
        project.update_as(*options)

    assert "--trust" in stopped.value.output
    assert project.git("status", "--porcelain", "--ignored") == ""
    assert (project.git("rev-parse", "HEAD"), tree(project.path)) == (head, files)


@WAYS
def test_later_updates_need_no_trust(options: tuple[str, ...], tmp_path: Path) -> None:
    releases = release_renamed(tmp_path, MIGRATION)
    project = Project(tmp_path / "my-service")
    project.copy(releases, "v2.0.0", {"license": "Expat"})

    project.update_as(*options)

    assert recorded(project.path)["license"] == "Expat"
    assert "_commit: v2.1.0" in (project.path / ".copier-answers.yml").read_text()


@WAYS
def test_an_answer_that_is_reset_in_silence_is_seen(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    """Copier takes the default where an answer is none any more: the matrix tells."""
    releases = release_renamed(tmp_path, migration="")
    project = Project(tmp_path / "my-service")
    project.copy(releases, "v1.0.0", {"license": "MIT"})
    before = tree(project.path)

    project.update_as(*options)

    update = Update(project, before, {}, Work.nothing(), Work.nothing())
    assert update.changed_answers() == {"license": "MIT"}


@contextmanager
def past(version: str) -> Iterator[Path]:
    """Give the questionnaire of a released version, in a folder that goes."""
    with TemporaryDirectory(prefix="past-") as name:
        unpack(released()[version], Path(name) / "all")
        yield questionnaire_only(Path(name) / "questionnaire", Path(name) / "all")


@pytest.mark.parametrize("version", released())
def test_each_answer_of_before_can_still_be_given(
    version: str, questionnaire: Path
) -> None:
    """Otherwise an update would reset it."""
    now = Questionnaire.read(questionnaire).questions
    with past(version) as folder:
        before = Questionnaire.read(folder).questions

    gone = [
        (name, value)
        for name, question in before.items()
        for value in question.values or (None,)
        if name not in now or value not in (*now[name].values, None)
    ]
    assert gone == []


@pytest.mark.parametrize("version", released())
def test_validators_refuse_nothing_that_they_took(
    version: str, questionnaire: Path
) -> None:
    now = Interview(questionnaire)
    with past(version) as folder:
        before = Interview(folder)
        asked = Questionnaire.read(folder).questions.values()
        texts = [question.name for question in asked if question.validator]

        refused = []
        for name in texts:
            for text in CANDIDATES:
                with suppress(Refusal):
                    before.ask({name: text})
                    try:
                        now.ask({name: text})
                    except Refusal as refusal:
                        refused.append(refusal)
    assert texts
    assert refused == []
