"""What the questionnaire asks, accepts and refuses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.answers import Answer, text
from harness.asking import Interview, Refusal, ask
from harness.questionnaire import Questionnaire
from harness.render import ROOT
from maintenance.template import generate

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
def interview(questionnaire: Path) -> Interview:
    return Interview(questionnaire)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's own settings, to be written by the test."""
    path = tmp_path / "settings.yml"
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(path))
    return path


@pytest.mark.parametrize("key", ["_tasks", "_jinja_extensions"])
def test_nothing_needs_trust(key: str) -> None:
    """The tests of platform teams copy and update without it."""
    assert key not in CONFIG


def test_a_migration_of_answers_has_a_version() -> None:
    """Without one, each update of each service would need trust."""
    migrations = CONFIG.get("_migrations", [])

    assert all("version" in migration for migration in migrations)
    # Copier takes a plain command that holds "before" or "after" for its old format.
    assert all(isinstance(migration, dict) for migration in migrations)


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_explains_itself_and_has_a_default(name: str) -> None:
    assert CONFIG[name]["help"].strip()
    assert "default" in CONFIG[name]


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_is_bounded(name: str) -> None:
    assert QUESTIONS[name].values or QUESTIONS[name].validator


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
        generate(questionnaire, tmp_path / "service", {name: "banana"})

    assert not (tmp_path / "service").exists()


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
