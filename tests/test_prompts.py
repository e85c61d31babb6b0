"""The questionnaire at a keyboard: what is asked, and how a bad answer is met."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from harness.answers import Answer
from harness.questionnaire import Questionnaire, recorded
from harness.render import ROOT
from harness.terminal import DOWN, ENTER, ERASE_LINE, INTERRUPT, Terminal
from maintenance.questionnaire import Question

CONFIG = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
QUESTIONNAIRE = Questionnaire.read(ROOT)
QUESTIONS = QUESTIONNAIRE.questions
PRESETS = QUESTIONS["preset"].values


@pytest.fixture
def prompt(questionnaire: Path, tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(copy_command(questionnaire), tmp_path, os.environ) as terminal:
        yield terminal


def copy_command(template: Path) -> list[str]:
    return [sys.executable, "-m", "copier", "copy", str(template), "service"]


def help_of(name: str) -> str:
    """Return the part of a question's help that fits on any screen's first line."""
    return " ".join(CONFIG[name]["help"].split())[:40]


def choose_last(question: Question) -> tuple[str, Answer]:
    """Return the keys that choose a question's last answer, and that answer."""
    if question.type == "bool":
        return "n", False
    return DOWN * (len(question.values) - 1) + ENTER, question.values[-1]


def opening_preset() -> str:
    """Return the preset under which everything is asked."""
    return str(QUESTIONNAIRE.combinations()[0]["preset"])


def test_custom_asks_for_everything(prompt: Terminal, tmp_path: Path) -> None:
    expected = {}
    for name, question in QUESTIONS.items():
        prompt.expect(help_of(name))
        if name == "preset":
            prompt.send(DOWN * question.values.index(opening_preset()) + ENTER)
        elif question.values:
            keys, expected[name] = choose_last(question)
            prompt.send(keys)
        else:
            prompt.send(ENTER)

    assert prompt.wait() == 0
    answers = recorded(tmp_path / "service")
    assert answers.items() >= expected.items()
    assert answers["preset"] == opening_preset()
    assert answers["package_name"] == "service"
    assert "service is written." in prompt.text


@pytest.mark.parametrize("preset", [value for value in PRESETS if value != "custom"])
def test_other_presets_ask_for_nothing_structural(
    preset: str, prompt: Terminal, tmp_path: Path
) -> None:
    asked = [name for name in QUESTIONS if name not in QUESTIONNAIRE.structural]
    for name in asked:
        prompt.expect(help_of(name))
        downs = PRESETS.index(preset) if name == "preset" else 0
        prompt.send(DOWN * downs + ENTER)

    assert prompt.wait() == 0
    assert recorded(tmp_path / "service")["preset"] == preset
    for name in QUESTIONNAIRE.structural:
        assert help_of(name) not in prompt.text


def test_prompt_refuses_and_shows_what_to_type_in_80_columns(
    questionnaire: Path, tmp_path: Path
) -> None:
    command = copy_command(questionnaire)
    with Terminal(command, tmp_path, os.environ, columns=80) as prompt:
        prompt.expect(help_of("project_name"))
        prompt.send(ENTER)
        prompt.expect(help_of("package_name"))
        prompt.send(ERASE_LINE + "class" + ENTER)
        prompt.expect("Try 'class_service'")
        assert help_of("description") not in prompt.text
        prompt.send(ERASE_LINE + "class_service" + ENTER)
        prompt.expect(help_of("description"))
        prompt.send(INTERRUPT)

        assert prompt.wait() != 0
    assert not (tmp_path / "service").exists()
