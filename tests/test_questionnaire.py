"""What the questionnaire asks, accepts, refuses and says."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import copier
import pytest
import yaml
from harness.answers import Answer, text
from harness.asking import (
    ANSWERS_FILE,
    Interview,
    Refusal,
    ask,
    questionnaire_only,
    recorded,
)
from harness.questionnaire import Question, Questionnaire
from harness.render import ROOT, export, tree
from harness.terminal import DOWN, ENTER, ERASE_LINE, INTERRUPT, Terminal

CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "copier.yml").read_text("utf-8"))
QUESTIONNAIRE = Questionnaire.read(ROOT)
QUESTIONS = QUESTIONNAIRE.questions
TEXTS = [name for name, asked in QUESTIONS.items() if not asked.values]
PRESETS = QUESTIONS["preset"].values
STRUCTURAL = [
    (name, value)
    for name, values in QUESTIONNAIRE.structural.items()
    for value in values
]

LONG = "a" * 200

# Question, bad answer, what the message must say.
BAD = [
    ("project_name", "", "needs a name"),
    ("project_name", "my service", "single dashes"),
    ("project_name", "My-Service", "lower-case"),
    ("project_name", "my_service", "single dashes"),
    ("project_name", "my--service", "single dashes"),
    ("project_name", "-service", "single dashes"),
    ("project_name", "service-", "single dashes"),
    ("project_name", "café", "ASCII"),
    ("project_name", "注文", "ASCII"),
    ("project_name", "service٣", "ASCII"),
    ("project_name", LONG, "200 characters, and 60"),
    ("project_name", "a" * 61, "61 characters, and 60"),
    ("project_name", "redis", "a library"),
    ("project_name", "typing-extensions", "a library"),
    ("project_name", "orders\n", "single dashes"),
    ("project_name", "orders\nservice", "single dashes"),
    ("project_name", "orders\x00", "single dashes"),
    ("project_name", "{{ 7 * 7 }}", "single dashes"),
    ("package_name", "", "needs a name"),
    ("package_name", "my service", "underscores"),
    ("package_name", "9lives", "after a letter"),
    ("package_name", "_orders", "after a letter"),
    ("package_name", "my-service", "underscores"),
    ("package_name", "my.service", "underscores"),
    ("package_name", "MyService", "lower-case"),
    ("package_name", "café", "ASCII"),
    ("package_name", "注文", "ASCII"),
    ("package_name", LONG, "200 characters, and 40"),
    ("package_name", "a" * 41, "41 characters, and 40"),
    ("package_name", "class", "keyword"),
    ("package_name", "match", "keyword"),
    ("package_name", "json", "standard library"),
    ("package_name", "annotationlib", "standard library"),
    ("package_name", "test", "standard library"),
    ("package_name", "starlette", "a library"),
    ("package_name", "pydantic_core", "a library"),
    ("package_name", "jwt", "a library"),
    ("package_name", "python", "a command"),
    ("package_name", "activate", "a command"),
    ("package_name", "tests", "a folder"),
    ("package_name", "migrations", "a folder"),
    ("package_name", "scripts", "a folder"),
    ("package_name", "docs", "a folder"),
    ("package_name", "orders\n", "underscores"),
    ("package_name", "orders\r\nservice", "underscores"),
    ("package_name", "{{ 7 * 7 }}", "underscores"),
    ("description", "", "needs a description"),
    ("description", "   ", "a space"),
    ("description", " Takes orders.", "a space"),
    ("description", "Takes orders.\nShips them.", "one line"),
    ("description", "Takes orders.\n", "one line"),
    ("description", "Takes\u2028orders.", "one line"),
    ("description", "\x1b[31mTakes orders.", "printable"),
    ("description", "Takes \N{RIGHT-TO-LEFT OVERRIDE}orders.", "printable"),
    ("description", LONG, "200 characters, and 160"),
    ("description", "a" * 161, "161 characters, and 160"),
    ("description", "word " * 40 + "end", "203 characters, and 160"),
    ("author_name", "Ada\nLovelace", "one line"),
    ("author_name", "Ada\x07", "printable"),
    ("author_name", " ", "a space"),
    ("author_name", "Example, Inc.", "holds one of"),
    ("author_name", "Ada <ada@example.com>", "holds one of"),
    ("author_name", 'Ada "the Countess" Lovelace', "holds one of"),
    ("author_name", "Ada\\Lovelace", "holds one of"),
    ("author_name", LONG, "200 characters, and 100"),
    ("author_name", "a" * 101, "101 characters, and 100"),
    ("author_email", "ada", "e-mail"),
    ("author_email", "ada@localhost", "e-mail"),
    ("author_email", "Ada <ada@example.com>", "e-mail"),
    ("author_email", "ada@example.com\n", "e-mail"),
    ("author_email", "ada..l@example.com", "e-mail"),
    ("author_email", '"ada"@example.com', "e-mail"),
    ("author_email", f"{LONG}@{LONG}.example", "e-mail"),
    ("repository_url", "git@git.example.com:team/orders.git", "web address"),
    ("repository_url", "ssh://git@git.example.com:22/team/orders", "web address"),
    ("repository_url", "git.example.com/team/orders", "web address"),
    ("repository_url", "https://ada:secret@git.example.com/orders", "web address"),
    ("repository_url", "https://git.example.com/my orders", "web address"),
    ("repository_url", "https://git.example.com/\n", "web address"),
    ("repository_url", "https://git.example.com/'\"", "web address"),
    ("repository_url", "https://", "web address"),
    ("repository_url", f"https://git.example.com/{LONG}", "224 characters, and 200"),
    ("repository_url", f"https://x.example/{'a' * 183}", "201 characters, and 200"),
]

# Bad answers for which the whole command line is run: one per way of going wrong.
BAD_COMMANDS = [
    ("project_name", "redis", "missing"),
    ("package_name", "class", "empty"),
    ("package_name", LONG, "missing"),
    ("description", "Takes orders.\nShips them.\n", "empty"),
]

GOOD = [
    ("project_name", "a"),
    ("project_name", "3d-printing"),
    ("project_name", "a" * 60),
    ("package_name", "a"),
    ("package_name", "a" * 40),
    ("package_name", "orders2"),
    ("description", "x"),
    ("description", "d" * 160),
    ("description", "Says \"hello\", 'hi' and C:\\temp\\new; {{ 7 * 7 }} {% raw %}"),
    ("description", "]]] # [tool.x] = \"\"\" ''' ${HOME} %s \\N{BULLET} é 注文 🚚"),
    ("author_name", ""),
    ("author_name", "Zoë O'Hara-Łukasz & Söhne Inc."),
    ("author_email", ""),
    ("author_email", "o'hara+orders@mail.example.co.uk"),
    ("repository_url", ""),
    ("repository_url", "http://localhost:3000/team/orders"),
    ("repository_url", "https://git.example.com/~team/orders.git?tab=code#readme"),
]


@pytest.fixture(scope="module")
def questionnaire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return questionnaire_only(tmp_path_factory.mktemp("questionnaire") / "template")


@pytest.fixture(scope="module")
def interview(questionnaire: Path) -> Interview:
    return Interview(questionnaire)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the settings of whoever runs the suite away from it."""
    path = tmp_path / "settings.yml"
    path.write_text("{}\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(path))
    return path


def run_copier(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


# --- what copier.yml holds


@pytest.mark.parametrize("key", ["_tasks", "_migrations", "_jinja_extensions"])
def test_nothing_needs_trust(key: str) -> None:
    assert key not in CONFIG


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_explains_itself_and_has_a_default(name: str) -> None:
    assert CONFIG[name]["help"].strip()
    assert "default" in CONFIG[name]


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_is_bounded(name: str) -> None:
    assert QUESTIONS[name].values or QUESTIONS[name].validator


# --- what is accepted


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_accepts(name: str, value: str, questionnaire: Path, tmp_path: Path) -> None:
    assert ask(questionnaire, tmp_path / "service", {name: value})[name] == value


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("name", "value"), STRUCTURAL)
def test_a_given_answer_wins_over_the_preset(
    name: str, value: Answer, preset: str, questionnaire: Path, tmp_path: Path
) -> None:
    given = {"preset": preset, name: text(value)}

    answers = ask(questionnaire, tmp_path / "service", given)

    assert answers[name] == value
    assert answers["preset"] == preset


@pytest.mark.parametrize("preset", PRESETS)
def test_records_every_answer(preset: str, questionnaire: Path, tmp_path: Path) -> None:
    answers = ask(questionnaire, tmp_path / "service", {"preset": preset})

    assert set(answers) == set(QUESTIONS)
    for name, values in QUESTIONNAIRE.structural.items():
        assert answers[name] in values


@pytest.mark.parametrize(
    "name", [name for name in QUESTIONS if "choices" in CONFIG[name]]
)
def test_refuses_what_is_no_choice(
    name: str, questionnaire: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="banana"):
        copier.run_copy(
            str(questionnaire),
            tmp_path / "service",
            data={name: "banana"},
            defaults=True,
            quiet=True,
            unsafe=False,
        )

    assert not (tmp_path / "service").exists()


# --- what is refused


@pytest.mark.parametrize(("name", "value", "reason"), BAD)
def test_refuses(  # noqa: PLR0913, PLR0917 - a table's columns
    name: str,
    value: str,
    reason: str,
    questionnaire: Path,
    interview: Interview,
    tmp_path: Path,
) -> None:
    destination = tmp_path / "service"

    with pytest.raises(Refusal) as refused:
        ask(questionnaire, destination, {name: value})

    assert refused.value.question == name
    assert reason in refused.value.reason
    assert value.isprintable() or value not in refused.value.reason
    assert len(refused.value.reason) < 160
    assert not destination.exists()
    alternative = refused.value.alternative
    assert interview.ask({name: alternative})[name] == alternative


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_ends_with_a_control_character(name: str, interview: Interview) -> None:
    default = interview.ask({})[name]

    for character in "\n\r\t\0\x1b\x85\u2028":
        with pytest.raises(Refusal):
            interview.ask({name: default + character})


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


# --- defaults


@pytest.mark.parametrize(
    ("folder", "project", "package"),
    [
        ("orders", "orders", "orders"),
        ("my project é", "my-project-e", "my_project_e"),
        ("Café Straße", "cafe-strasse", "cafe_strasse"),
        ("cafe\u0301", "cafe", "cafe"),
        ("OrderService", "order-service", "order_service"),
        ("3d-printing", "3d-printing", "service_3d_printing"),
        ("2026", "2026", "service_2026"),
        ("注文", "my-service", "my_service"),
        ("--", "my-service", "my_service"),
        ("redis", "redis-service", "redis_service"),
        ("tests", "tests", "tests_service"),
        ("class", "class", "class_service"),
        ("json", "json", "json_service"),
        ("x" * 100, "x" * 60, "x" * 40),
        ("take-and-ship-" * 4 + "orders", None, "take_and_ship_take_and_ship_take_and"),
        ("redis " + "x" * 50, None, "redis_service"),
        ("{{ 7 * 7 }}", "7-7", "service_7_7"),
        ("a\\N{BULLET}\\x41\udce9", None, None),
    ],
)
def test_any_folder_has_good_default_names(
    folder: str,
    project: str | None,
    package: str | None,
    questionnaire: Path,
    tmp_path: Path,
) -> None:
    answers = ask(questionnaire, tmp_path / folder, {})

    assert answers["project_name"] == project or project is None
    assert answers["package_name"] == package or package is None


def test_settings_prefill_the_author(
    settings: Path, questionnaire: Path, tmp_path: Path
) -> None:
    settings.write_text(
        "defaults: {user_name: 'Ada {{ 7 * 7 }}', user_email: ada@example.com}\n"
    )

    answers = ask(questionnaire, tmp_path / "service", {})

    assert answers["author_name"] == "Ada {{ 7 * 7 }}"
    assert answers["author_email"] == "ada@example.com"


@pytest.mark.parametrize(
    ("defaults", "name", "email"),
    [
        ({"user_name": None, "user_email": None}, "", ""),
        ({"user_name": 7, "user_email": 7}, "7", ""),
        ({"user_name": "Example, Inc.\n"}, "Example Inc.", ""),
        ({"user_email": "Ada <ada@example.com>"}, "", "ada@example.com"),
        ({"user_name": "word " * 30, "user_email": "none"}, "word " * 19 + "word", ""),
    ],
)
def test_odd_settings_never_stop_a_copy(  # noqa: PLR0913, PLR0917 - a table's columns
    defaults: Mapping[str, object],
    name: str,
    email: str,
    settings: Path,
    questionnaire: Path,
    tmp_path: Path,
) -> None:
    settings.write_text(yaml.safe_dump({"defaults": defaults}))

    answers = ask(questionnaire, tmp_path / "service", {})

    assert answers["author_name"] == name
    assert answers["author_email"] == email


# --- messages


def test_says_what_was_recorded_and_what_comes_next(
    questionnaire: Path, tmp_path: Path
) -> None:
    folder = "o'hara é"

    result = run_copier(
        *("copy", "--defaults", "-d", "layuot=domain", str(questionnaire), folder),
        cwd=tmp_path,
    )

    before, after = result.stderr.split("Copying from")
    assert CONFIG["_message_before_copy"].strip() in before
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

    answers = yaml.safe_load((project / ANSWERS_FILE).read_text())
    assert answers["_src_path"] == str(questionnaire)
    assert answers["layout"] == "domain"


def test_quiet_says_nothing(questionnaire: Path, tmp_path: Path) -> None:
    result = run_copier(
        *("copy", "--quiet", "--defaults", str(questionnaire), "service"), cwd=tmp_path
    )

    assert result.returncode == 0
    assert not (result.stdout + result.stderr).strip()


# --- prompts


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


# --- answers over time


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree's template as a Git repository with one version."""
    folder = tmp_path_factory.mktemp("repository") / "plumbline"
    folder.mkdir()
    export(ROOT, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A version")
    git(folder, "tag", "v1.0.0")
    return folder


def test_changing_the_preset_later_changes_nothing_else(
    repository: Path, tmp_path: Path
) -> None:
    project = tmp_path / "service"
    before, after, *_ = PRESETS
    ask(repository, project, {"preset": before})
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Start")
    files = tree(project)

    result = run_copier(
        *("update", "--defaults", "-d", f"preset={after}", "service"), cwd=tmp_path
    )

    assert result.returncode == 0, result.stderr
    expected = files[ANSWERS_FILE].replace(
        f"preset: {before}".encode(), f"preset: {after}".encode()
    )
    assert expected != files[ANSWERS_FILE]
    assert tree(project) == files | {ANSWERS_FILE: expected}
    assert "service is updated." in result.stderr
    assert f"    preset          {after}\n" in result.stderr
    assert "    uv run task check" in result.stderr
    assert "no question" not in result.stderr
