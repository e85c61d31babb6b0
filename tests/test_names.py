"""Whatever the questionnaire accepts makes a project that works."""

import builtins
import json
import keyword
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import hygiene
from harness.asking import Interview
from harness.process import run
from harness.questionnaire import ANSWERS_FILE, Questionnaire, recorded
from harness.render import ROOT, command, render, snapshot
from harness.template import working_template

PACKAGE = re.compile(r"[a-z][a-z0-9_]*\Z")
REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")
QUESTIONNAIRE = Questionnaire.read(ROOT)

# Modules of newer Pythons than the running one, and what `sys.stdlib_module_names`
# leaves out.
OTHER_MODULES = {"annotationlib", "compression", "profiling", "test"}

# Names and texts that are odd and right: each becomes a real installation.
ODD = [
    {"project_name": "a", "package_name": "a", "description": "."},
    {"project_name": "b" * 60, "package_name": "b" * 40, "description": "d" * 160},
    {"project_name": "0", "package_name": "o_0", "author_name": "O'Hara & Söhne"},
    {"project_name": "9-lives", "package_name": "a__b_", "license": "MIT"},
    {"project_name": "class", "package_name": "classes", "description": '"""'},
    {"project_name": "tests", "package_name": "test_", "description": "\\"},
    {"project_name": "json", "package_name": "none", "description": "{{ 7 }} {% x %}"},
    {"project_name": "x-y-z", "package_name": "redis_", "description": "é 注文 🚚 '''"},
    {
        "project_name": "orders",
        "package_name": "orders",
        "description": "]] # [tool.x]\\n = 'a' \\",
        "author_name": "Łukasz #1 {{ 7 }}",
        "author_email": "o'hara+a@mail.example.com",
        "repository_url": "https://git.example.com:8443/~team/orders?a=b&c=%20#d",
    },
    {
        "project_name": "self",
        "package_name": "self",
        "author_email": "ada@example.com",
        "license": "Apache-2.0",
        "layout": "domain",
    },
]  # fmt: skip


@cache
def interview() -> Interview:
    return Interview(snapshot())


def read_reserved() -> dict[str, list[str]]:
    """Return the lists of `extensions/reserved.jinja` by their names."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT))  # noqa: S701 - no HTML
    module = environment.get_template("extensions/reserved.jinja").module
    return {name: vars(module)[name] for name in sorted(vars(module)) if name[0] != "_"}


RESERVED = read_reserved()
DISTRIBUTIONS = set(RESERVED["dependency_distributions"])
PACKAGES = {
    name
    for listed, names in RESERVED.items()
    if listed != "dependency_distributions"
    for name in names
}


def normalized(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@cache
def validator(question: str) -> jinja2.Template:
    source = QUESTIONNAIRE.questions[question].validator
    return working_template().environment.from_string(source)


def refusal(question: str, answer: str) -> str:
    """Return what the validator of a question says to an answer."""
    return validator(question).render({question: answer}).strip()


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("keywords", [*keyword.kwlist, *keyword.softkwlist]),
        ("standard_library", [*sys.stdlib_module_names, *OTHER_MODULES]),
        ("builtin_names", dir(builtins)),
        ("project_folders", ["tests", "migrations", "scripts", "docs", "src"]),
    ],
)
def test_list_is_complete(listed: str, names: list[str]) -> None:
    known = PACKAGES if listed == "builtin_names" else set(RESERVED[listed])

    assert {name for name in names if PACKAGE.match(name)} <= known


@pytest.mark.parametrize("listed", RESERVED)
def test_list_is_sorted_and_can_match(listed: str) -> None:
    names = RESERVED[listed]

    assert names == sorted(set(names))
    if listed == "dependency_distributions":
        assert names == [normalized(name) for name in names]
    else:
        assert all(map(PACKAGE.match, names))


def test_every_locked_distribution_is_reserved() -> None:
    files = working_template().project({})
    project = tomllib.loads(files["pyproject.toml"].decode())
    lock = (ROOT / "template/uv.lock.jinja").read_text(encoding="utf-8")

    groups = [
        project["project"]["dependencies"],
        *project["dependency-groups"].values(),
    ]
    required = {REQUIREMENT.match(item)[0] for group in groups for item in group}  # type: ignore[index]
    locked = set(re.findall(r'^name = "([^"{]+)"$', lock, re.MULTILINE))

    assert len(locked) > 50
    assert {normalized(name) for name in required | locked} <= DISTRIBUTIONS


def test_every_reserved_name_is_refused_with_one_that_works() -> None:
    for name in PACKAGES:
        alternative = re.match(r"Try '(.+?)': ", refusal("package_name", name))
        assert alternative, name
        assert not refusal("package_name", alternative[1]), name


def test_every_reserved_distribution_is_refused_with_one_that_works() -> None:
    for name in RESERVED["dependency_distributions"]:
        alternative = re.match(r"Try '(.+?)': ", refusal("project_name", name))
        assert alternative, name
        assert not refusal("project_name", alternative[1]), name


NAMES = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"\A[a-z][a-z0-9_]{0,60}\Z"),
    st.from_regex(r"\A[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,8}\Z"),
    st.sampled_from(["class", "redis", "json", "print", "orders", "none", "9lives"]),
)
PIECES = st.sampled_from(
    [
        '"',
        '"""',
        "'''",
        "\\",
        "\\n",
        "{{ 7 }}",
        "{%",
        "#}",
        "]]",
        "= '",
        "${x}",
        "%s",
        "#",
        "é",
        "🚚",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=9).map("".join),
)
ANSWERS = st.fixed_dictionaries(
    {
        "project_name": NAMES,
        "package_name": NAMES,
        "description": TEXTS,
        "author_name": TEXTS,
        "author_email": st.one_of(st.just(""), st.emails(), TEXTS),
        "repository_url": st.one_of(st.just(""), st.from_regex(r"https?://.+"), TEXTS),
    }
    | {
        name: st.sampled_from(question.values)
        for name, question in QUESTIONNAIRE.questions.items()
        if question.values
    }
)


@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(given_answers=ANSWERS)
def test_what_is_accepted_renders_to_what_it_says(
    given_answers: dict[str, Any],
) -> None:
    answers = interview().settle(given_answers)

    files = working_template().project(answers)

    for path, content in files.items():
        assert not syntax(path, content), path
    assert yaml.safe_load(files[ANSWERS_FILE]).items() >= answers.items()
    check_metadata(tomllib.loads(files["pyproject.toml"].decode()), answers)
    package = f"src/{answers['package_name']}/"
    assert any(path.startswith(package) for path in files)
    assert {path.split("/")[1] for path in files if path.startswith("src/")} == {
        answers["package_name"]
    }


@cache
def syntax(path: str, content: bytes) -> str | None:
    """Return what is wrong with a file's syntax; few answers change most files."""
    return hygiene.syntax(path, content.decode())


def check_metadata(pyproject: dict[str, Any], answers: Mapping[str, Any]) -> None:
    """Compare what pyproject.toml says with the answers."""
    project = pyproject["project"]
    author = {"name": answers["author_name"], "email": answers["author_email"]}
    author = {key: value for key, value in author.items() if value}
    assert project["name"] == answers["project_name"]
    assert project["description"] == answers["description"]
    assert project.get("authors", []) == ([author] if author else [])
    assert [*project.get("urls", {}).values()] == [
        url for url in [answers["repository_url"]] if url
    ]
    assert [*project["scripts"]] == [answers["package_name"]]


READ_METADATA = """
import importlib, json, sys
from importlib.metadata import entry_points, metadata
distribution, package = sys.argv[1:]
about = metadata(distribution)
[script] = entry_points(group="console_scripts", name=package)
script.load()
print(json.dumps({
    "file": importlib.import_module(package).__file__,
    "script": script.dist.name,
    "summary": about["Summary"],
    "author": about.get("Author"),
    "author_email": about.get("Author-email"),
    "urls": about.get_all("Project-URL") or [],
}))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with what services depend on, and no service."""
    project = render(tmp_path_factory.mktemp("environment") / "service", {})
    run(["uv", "sync", "--locked", "--no-install-project"], project)
    return project / ".venv"


def test_odd_names_install_import_and_run(environment: Path, tmp_path: Path) -> None:
    projects = [
        render(tmp_path / f"my project é {number}", answers)
        for number, answers in enumerate(ODD)
    ]

    python = str(environment / "bin" / "python")
    install = ["uv", "pip", "install", "--quiet", "--no-deps", "--python", python]
    run([*install, *projects], tmp_path)

    for project in projects:
        answers = recorded(project)
        name, email = answers["author_name"], answers["author_email"]
        # A process for each: metrics of two services would have the same names.
        arguments = (answers["project_name"], answers["package_name"])
        hint = command(Path("service"), answers)
        read = run([python, "-c", READ_METADATA, *arguments], tmp_path, hint=hint)
        about = json.loads(read.output)
        assert Path(about["file"]).is_relative_to(environment)
        assert about["script"] == answers["project_name"]
        assert about["summary"] == answers["description"]
        assert about["author"] == (name or None)
        assert about["author_email"] == (
            f"{name} <{email}>" if name and email else email or None
        )
        assert about["urls"] == [
            f"Repository, {url}" for url in [answers["repository_url"]] if url
        ]
        assert (environment / "bin" / answers["package_name"]).exists()
    script = environment / "bin" / ODD[-1]["package_name"]
    assert "serve" in run([script, "--help"], tmp_path).output


def test_nothing_in_the_environment_can_be_a_package(environment: Path) -> None:
    site = next(environment.glob("lib/python*/site-packages"))
    modules = {
        path.name.split(".")[0] for path in site.iterdir() if path.suffix != ".pth"
    }
    commands = {path.name for path in (environment / "bin").iterdir()}

    own = {each["package_name"] for each in ODD}
    taken = {name for name in modules | commands if PACKAGE.match(name)} - own

    assert {"fastapi", "python", "pytest"} <= taken
    compiled = {name for name in taken if name.endswith("__mypyc")}
    assert taken - compiled <= PACKAGES
