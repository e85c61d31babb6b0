"""What `copier copy` and `copier update` print, and what they leave behind."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness.answers import text
from harness.asking import Refusal, questionnaire_only
from harness.history import Project, Releases, Repository
from harness.questionnaire import ANSWERS_FILE, Questionnaire, answers_file, recorded
from harness.render import ROOT, tree

CONFIG = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
MESSAGE_BEFORE = CONFIG["_message_before_copy"]
MESSAGE_BEFORE_UPDATE = CONFIG["_message_before_update"]
PRESETS = Questionnaire.read(ROOT).questions["preset"].values
LONG = "a" * 200

# Bad answers for which the whole command line is run: one per way of going wrong.
BAD_COMMANDS = [
    ("project_name", "redis", "missing"),
    ("package_name", "class", "empty"),
    ("package_name", LONG, "missing"),
    ("description", "Takes orders.\nShips them.\n", "empty"),
]


def run_copier(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("name", "value", "folder"), BAD_COMMANDS)
def test_command_ends_with_the_refusal_and_leaves_nothing(
    name: str, value: str, folder: str, questionnaire: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()

    result = run_copier(
        *("copy", "--defaults", "-d", f"{name}={value}", str(questionnaire), folder),
        cwd=tmp_path,
    )

    last = result.stderr.splitlines()[-1]
    refusal = Refusal.read(last.removeprefix("ValueError: "))
    assert refusal.question == name
    assert result.returncode != 0
    assert not list((tmp_path / "empty").iterdir())
    assert not (tmp_path / "missing").exists()


def test_refuses_in_a_data_file_too(questionnaire: Path, tmp_path: Path) -> None:
    (tmp_path / "data.yml").write_text('package_name: "orders\\n"\n')

    result = run_copier(
        *("copy", "--defaults", "--data-file", "data.yml", str(questionnaire), "out"),
        cwd=tmp_path,
    )

    assert result.returncode != 0
    assert result.stderr.splitlines()[-1].startswith("ValueError: Validation error")
    assert not (tmp_path / "out").exists()


def test_says_what_was_recorded_and_what_comes_next(
    questionnaire: Path, tmp_path: Path
) -> None:
    folder = "o'hara é"

    result = run_copier(
        *("copy", "--defaults", "-d", "layuot=domain", str(questionnaire), folder),
        cwd=tmp_path,
    )

    before, after = result.stderr.split("Copying from")
    assert MESSAGE_BEFORE.strip() in before
    for name, answer in recorded(tmp_path / folder).items():
        assert f"    {name:<14}  {text(answer) or '(none)'}\n" in after
    assert "no question has this name: layuot\n" in after
    assert f"\n    cd {shlex.quote(folder)}\n    git init && " in after
    assert "\n    uv run pytest\n    uv run task dev\n" in after
    assert "is relative" not in after
    assert "_commit" not in after


def test_says_nothing_of_other_names_when_all_are_known(
    questionnaire: Path, tmp_path: Path
) -> None:
    result = run_copier(
        *("copy", "--defaults", "-d", "layout=domain", str(questionnaire), "."),
        cwd=tmp_path,
    )

    assert "no question" not in result.stderr
    assert "\n    cd " not in result.stderr


def test_a_relative_source_is_named_and_mended(
    questionnaire: Path, tmp_path: Path
) -> None:
    project = tmp_path / "service"
    result = run_copier(
        *("copy", "--defaults", "-d", "layout=domain", ".", str(project)),
        cwd=questionnaire,
    )
    assert "'.', is relative" in result.stderr

    repair = next(line for line in result.stderr.splitlines() if "realpath" in line)
    subprocess.run(
        ["sh", "-c", repair.replace("copier", f"{sys.executable} -m copier", 1)],
        cwd=questionnaire,
        check=True,
        capture_output=True,
    )

    answers = answers_file(project)
    assert answers["_src_path"] == str(questionnaire)
    assert answers["layout"] == "domain"


def test_quiet_says_nothing(questionnaire: Path, tmp_path: Path) -> None:
    result = run_copier(
        *("copy", "--quiet", "--defaults", str(questionnaire), "service"), cwd=tmp_path
    )

    assert result.returncode == 0
    assert not (result.stdout + result.stderr).strip()


def test_changing_the_preset_later_changes_nothing_else(tmp_path: Path) -> None:
    before, after, *_ = PRESETS
    releases = Releases(tmp_path / "plumbline")
    releases.release("v1.0.0")
    project = Project(tmp_path / "service")
    project.copy(releases, "v1.0.0", {"preset": before})
    files = tree(project.path)

    result = run_copier(
        *("update", "--defaults", "-d", f"preset={after}", "service"), cwd=tmp_path
    )

    assert result.returncode == 0, result.stderr
    expected = files[ANSWERS_FILE].replace(
        f"preset: {before}".encode(), f"preset: {after}".encode()
    )
    assert expected != files[ANSWERS_FILE]
    assert tree(project.path) == files | {ANSWERS_FILE: expected}
    assert "service is updated to v1.0.0." in result.stderr
    assert f"    preset          {after}\n" in result.stderr
    assert "    uv run task check" in result.stderr
    assert "no question" not in result.stderr


@pytest.mark.parametrize("source", ["absolute", "relative"])
def test_update_says_what_it_does_and_what_comes_next(
    source: str, tmp_path: Path
) -> None:
    template = Repository(questionnaire_only(tmp_path / "template"))
    template.commit("One")
    template.git("tag", "v1.0.0")
    path = str(template.path) if source == "absolute" else "template"
    run_copier("copy", "--defaults", path, "service", cwd=tmp_path)
    Project(tmp_path / "service").commit("Start")
    template.commit("Two")
    template.git("tag", "v1.1.0")

    result = run_copier("update", "--defaults", "service", cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    before, after = result.stderr.split("Updating to template version")
    assert MESSAGE_BEFORE_UPDATE.strip() in before
    assert "uv run task template-set -- layout=domain" in before
    assert "service is updated to v1.1.0." in after
    assert "    uv run task template-finish\n    uv run task check\n" in after
    assert ("its path, 'template', is relative" in after) == (source == "relative")
