"""Rendering goes through Copier without trust, and directly with the same result."""

import shlex
from pathlib import Path

import pytest
from copier.errors import UnsafeTemplateError

from harness import synthetic
from harness.answers import Answers
from harness.history import Project, Releases
from harness.questionnaire import UnknownAnswerError, recorded
from harness.render import ROOT, command, render, snapshot, tree
from harness.template import Template

ANSWERS_FILE = {
    "template/{{ _copier_conf.answers_file }}.jinja": (
        "{{ _copier_answers | to_nice_yaml }}"
    )
}
FILES = {
    **ANSWERS_FILE,
    "extensions/greet.jinja": "{% macro greet(name) %}Hello {{ name }}{% endmacro %}",
    "template/src/{{ package_name }}/{{ place.main }}.py.jinja": (
        "{% from 'extensions/greet.jinja' import greet %}{{ greet(package_name) }}\n"
    ),
    "template/{% if with_example %}example{% endif %}/a.txt": "{{ as it is }}\n",
    "template/both": "plain",
    "template/both.jinja": "{{ pathjoin('a', 'b') }} {{ ['x'] | to_json }}",
}


def test_the_snapshot_is_the_working_tree() -> None:
    """It has what Copier reads, and is no repository of which Copier takes a tag."""
    copy = snapshot()

    assert (copy / "copier.yml").read_bytes() == (ROOT / "copier.yml").read_bytes()
    assert tree(copy / "template") == tree(ROOT / "template")
    assert not (copy / ".git").exists()


@pytest.mark.parametrize("layout", ["layered", "domain"])
@pytest.mark.parametrize("with_example", [True, False])
def test_direct_rendering_is_copiers(
    tmp_path: Path, layout: str, with_example: bool
) -> None:
    """Names, folders, macros, computed answers and plain files come out alike."""
    source = synthetic.write(tmp_path / "template", FILES)
    answers: Answers = {
        "layout": layout,
        "with_example": with_example,
        "package_name": "zebra",
    }
    project = render(tmp_path / "service", answers, source)

    direct = Template(source, destination=project).project(answers)

    assert direct == tree(project)


def test_unknown_answers_are_refused(tmp_path: Path) -> None:
    """Copier would take them in silence, and the test would test something else."""
    source = synthetic.write(tmp_path / "template", FILES)

    with pytest.raises(UnknownAnswerError, match="layuot"):
        render(tmp_path / "service", {"layuot": "domain"}, source)
    with pytest.raises(UnknownAnswerError, match="layuot"):
        Template(source).context({"layuot": "domain"})


def test_a_template_that_needs_trust_is_refused(tmp_path: Path) -> None:
    """No test passes because of something that users would have to allow."""
    questions = f"_tasks: [echo]\n{synthetic.QUESTIONS}"
    source = synthetic.write(tmp_path / "template", FILES, questions)

    with pytest.raises(UnsafeTemplateError):
        render(tmp_path / "service", {}, source)


def test_the_command_is_complete() -> None:
    """It names each answer as the shell and Copier take it."""
    line = command(Path("my project"), {"description": "it's", "with_example": False})

    assert shlex.split(line) == [
        *("uvx", "copier", "copy", "--vcs-ref=HEAD", "--defaults"),
        *("-d", "description=it's", "-d", "with_example=false"),
        *(str(ROOT), "my project"),
    ]


def test_an_update_keeps_the_users_edits(tmp_path: Path) -> None:
    """Releases and a project are real repositories, which Copier updates."""
    source = synthetic.write(tmp_path / "working tree", FILES)
    releases = Releases(tmp_path / "releases")
    releases.release("v1", source)
    project = Project(tmp_path / "service")
    project.copy(releases, "v1", {"package_name": "zebra"})
    (project.path / "mine.txt").write_text("mine\n")
    project.commit("Mine")
    synthetic.write(source, {**FILES, "template/new.txt": "new\n"})
    releases.release("v2", source)

    project.update("v2", {"layout": "domain"})

    assert recorded(project.path)["layout"] == "domain"
    assert (project.path / "new.txt").read_text() == "new\n"
    assert (project.path / "src/zebra/core/main.py").exists()
    assert not (project.path / "src/zebra/main.py").exists()
    assert (project.path / "mine.txt").read_text() == "mine\n"
    assert not project.conflicts()


def test_conflicts_are_found(tmp_path: Path) -> None:
    """Copier ends well when an update does not."""
    releases = Releases(tmp_path / "releases")
    synthetic.write(releases.path, {**ANSWERS_FILE, "template/a.txt": "one\n"})
    releases.release("v1", releases.path)
    project = Project(tmp_path / "service")
    project.copy(releases, "v1", {})
    (project.path / "a.txt").write_text("mine\n")
    project.commit("Mine")
    (releases.path / "template/a.txt").write_text("two\n")
    releases.release("v2", releases.path)

    project.update("v2")

    assert project.conflicts() == ["a.txt"]


def test_an_update_refuses_unknown_answers(tmp_path: Path) -> None:
    """As a first render does."""
    releases = Releases(tmp_path / "releases")
    releases.release("v1", synthetic.write(tmp_path / "working tree", FILES))
    project = Project(tmp_path / "service")
    project.copy(releases, "v1", {})

    with pytest.raises(UnknownAnswerError, match="layuot"):
        project.update("v1", {"layuot": "domain"})
