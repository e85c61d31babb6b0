"""The lock that a project starts with is the one uv would write, in every combination."""

import itertools
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import copier
import pytest
from harness.answers import label
from harness.package_index import PackageIndex, serve_packages
from harness.questionnaire import Questionnaire
from harness.render import ROOT
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from maintenance.answers import (
    Answer,
    Answers,
    Question,
    combinations,
    condition,
    structural_questions,
)
from maintenance.lockfile import Row, merge, pins, templated, unneeded
from maintenance.locking import LockError, lock, run_uv
from maintenance.pins import check, listed_versions, write

QUESTIONNAIRE = Questionnaire.read(ROOT)
COMBINATIONS = QUESTIONNAIRE.combinations()
# First, last and in the middle of the packages, which uv sorts by name.
NAMES = ("aaa", "zzz-service", "my-service")


def _cases() -> Iterator[tuple[Answers, str]]:
    """Yield every combination with some name, and one combination with all names."""
    yield from zip(COMBINATIONS, itertools.cycle(NAMES), strict=False)
    yield from ((COMBINATIONS[0], name) for name in NAMES[1:])


@pytest.fixture(
    params=_cases(),
    ids=lambda case: f"{label(QUESTIONNAIRE.structure(case[0]))}-{case[1]}",
)
def project(
    request: pytest.FixtureRequest, rendered: Callable[[Answers], Path]
) -> Path:
    """A project as it is rendered, which no test changes."""
    answers, name = request.param
    return rendered({**answers, "project_name": name})


def test_the_untouched_lock_is_in_order(project: Path) -> None:
    before = (project / "uv.lock").read_bytes()
    run_uv(project, "lock", "--check", "--offline")
    run_uv(project, "lock", "--offline")
    assert (project / "uv.lock").read_bytes() == before


def test_uv_writes_the_same_lock(project: Path, tmp_path: Path) -> None:
    rendered = (project / "uv.lock").read_text("utf-8")
    # uv leaves a lock that fits alone; one of an older project it writes anew.
    older = rendered.replace('"0.1.0"\nsource = { ed', '"0"\nsource = { ed')
    assert older != rendered
    (tmp_path / "uv.lock").write_text(older, "utf-8")
    shutil.copy(project / "pyproject.toml", tmp_path)
    # A release may have got more files since.
    assert _without_files(lock(tmp_path)) == _without_files(rendered)


def _without_files(lock: str) -> list[str]:
    return [line for line in lock.splitlines() if "url = " not in line]


def test_the_lock_holds_what_the_project_needs_with_hashes(project: Path) -> None:
    text = (project / "uv.lock").read_text("utf-8")
    name = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"][
        "name"
    ]
    assert unneeded(text, name) == set()
    for package in tomllib.loads(text)["package"]:
        files = package.get("wheels", []) + [
            package[key] for key in ("sdist",) if key in package
        ]
        assert files or package["name"] == name
        assert all(file["hash"].startswith("sha256:") for file in files), package[
            "name"
        ]


def test_every_pin_is_a_tested_version(project: Path) -> None:
    tested = listed_versions((project / "tested-versions.txt").read_text("utf-8"))
    assert pins((project / "uv.lock").read_text("utf-8")) <= set(tested)


def test_the_structural_questions_are_those_of_the_suite() -> None:
    questions = structural_questions(ROOT / "copier.yml")
    assert {each.name: each.values for each in questions} == QUESTIONNAIRE.structural


def test_the_committed_files_are_current(tmp_path: Path) -> None:
    assert check(ROOT, tmp_path) == []


QUESTIONS = (
    Question("kind", ("service", "worker", "library")),
    Question("queue", ("none", "celery")),
    Question("cache", (True, False)),
)
EVERY = combinations(QUESTIONS)


@given(st.sets(st.integers(0, len(EVERY) - 1), min_size=1))
def test_a_condition_is_true_for_the_chosen_combinations_only(chosen: set[int]) -> None:
    expression = condition(QUESTIONS, EVERY, chosen) or "true"
    holds = SandboxedEnvironment(undefined=StrictUndefined).compile_expression(
        expression, undefined_to_none=False
    )
    assert {index for index, answers in enumerate(EVERY) if holds(**answers)} == chosen


@pytest.mark.parametrize(
    ("expected", "rule"),
    [
        ("", lambda _: True),
        ("cache", lambda a: a["cache"]),
        ("not cache", lambda a: not a["cache"]),
        ("queue == 'celery'", lambda a: a["queue"] == "celery"),
        ("queue == 'celery' or cache", lambda a: a["queue"] == "celery" or a["cache"]),
        (
            "kind == 'worker' and cache",
            lambda a: a["kind"] == "worker" and a["cache"],
        ),
    ],
)
def test_a_condition_names_no_more_answers_than_it_needs(
    expected: str, rule: Callable[[Answers], bool]
) -> None:
    chosen = {index for index, answers in enumerate(EVERY) if rule(answers)}
    assert condition(QUESTIONS, EVERY, chosen) == expected


def test_what_looks_like_jinja_stays_as_it_is() -> None:
    row = Row("", "", "", "{{ 1 }} {% if x %} {# y #} }} %}")
    source = templated([[row], []], [row], lambda _: "odd")
    template = SandboxedEnvironment(keep_trailing_newline=True).from_string(source)
    assert template.render(odd=True) == row.text + "\n"
    assert template.render(odd=False) == ""


def test_locks_that_contradict_each_other_are_refused() -> None:
    first, second = (Row("", "", "", text) for text in "ab")
    with pytest.raises(ValueError, match="order"):
        merge([[first, second], [second, first]])


COPIER_YML = """\
_subdirectory: template
project_name:
  type: str
  default: my-service
queue:
  type: str
  choices: [none, celery]
  default: none
  ask: true
cache:
  type: bool
  default: false
  ask: true
"""

PYPROJECT = """\
[project]
name = "{{{{ project_name }}}}"
version = "0.1.0"
requires-python = ">=3.13"
dependencies = [
    "web",
    "compat",
{{%- if queue == 'celery' %}}
    "worker",
{{%- endif %}}
{{%- if cache %}}
    "store",
    "web[fast]",
{{%- endif %}}
]

[dependency-groups]
dev = ["checker"]

[build-system]
requires = ["uv_build"]
build-backend = "uv_build"

[[tool.uv.index]]
url = "{url}"
default = true
"""


class Example:
    """A small template whose options bring dependencies.

    Attributes:
        index: where its packages come from.
        pyproject: the template of the project's `pyproject.toml`.
        lock: the template of its `uv.lock`.
        tested: the list of tested versions.
    """

    def __init__(self, root: Path, index: PackageIndex) -> None:
        """Write the template into the new folder `root`."""
        self.index = index
        self.pyproject = root / "template" / "pyproject.toml.jinja"
        self.lock = root / "template" / "uv.lock.jinja"
        self.tested = root / "template" / "tested-versions.txt"
        self._root = root
        self.pyproject.parent.mkdir(parents=True)
        (root / "copier.yml").write_text(COPIER_YML)
        self.pyproject.write_text(PYPROJECT.format(url=index.url))
        (root / "extensions").mkdir()
        shutil.copy(ROOT / "extensions" / "lock.jinja", root / "extensions")

    def write(self, *, upgrade: bool = False) -> None:
        """Lock the template."""
        with tempfile.TemporaryDirectory() as folder:
            write(self._root, Path(folder), upgrade=upgrade)

    def problems(self) -> str:
        """Return what is not current in the lock."""
        with tempfile.TemporaryDirectory() as folder:
            return "\n".join(check(self._root, Path(folder)))

    def render(self, destination: Path, **answers: Answer) -> Path:
        """Make a project."""
        copier.run_copy(
            str(self._root),
            destination,
            data=answers,
            defaults=True,
            overwrite=True,
            quiet=True,
        )
        return destination

    def names(self, destination: Path, **answers: Answer) -> set[str]:
        """Make a project and return the names of its locked packages."""
        text = (self.render(destination, **answers) / "uv.lock").read_text("utf-8")
        return {pin.name for pin in pins(text)}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Example]:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "index").mkdir()
    with serve_packages(tmp_path / "index") as index:
        index.publish("web", "1.0", ["loop; extra == 'fast'"])
        index.publish("loop", "1.0")
        index.publish("worker", "1.0", ["wire"])
        index.publish("store", "1.0", ["wire"])
        index.publish("wire", "1.0")
        index.publish("checker", "1.0")
        index.publish("compat", "1.0")
        index.publish("compat", "2.0", python=">=3.14")
        yield Example(tmp_path / "example", index)


def test_a_package_is_locked_under_the_options_that_need_it(
    example: Example, tmp_path: Path
) -> None:
    example.write()
    always = {"web", "checker", "compat"}
    expected = {
        ("none", False): always,
        ("celery", False): always | {"worker", "wire"},
        ("none", True): always | {"store", "loop", "wire"},
        ("celery", True): always | {"worker", "store", "loop", "wire"},
    }
    for (queue, cache), names in expected.items():
        assert example.names(tmp_path / "p", queue=queue, cache=cache) == names


def test_each_combination_renders_what_uv_writes(
    example: Example, tmp_path: Path
) -> None:
    example.write()
    answers = itertools.product(
        ("aaa", "cool", "zzz"), ("none", "celery"), (True, False)
    )
    for name, queue, cache in answers:
        project = example.render(
            tmp_path / "p", project_name=name, queue=queue, cache=cache
        )
        rendered = (project / "uv.lock").read_bytes()
        (project / "uv.lock").unlink()
        run_uv(project, "lock")
        assert (project / "uv.lock").read_bytes() == rendered


def test_what_several_options_need_stands_under_any_of_them(example: Example) -> None:
    example.write()
    source = example.lock.read_text("utf-8")
    assert source.count('name = "wire"\nversion') == 1
    before = source.split('name = "wire"\nversion')[0]
    assert before.rsplit("{% if ", 1)[1].startswith("queue == 'celery' or cache %}")


def test_pins_stay_until_an_upgrade(example: Example, tmp_path: Path) -> None:
    example.write()
    first = example.lock.read_text("utf-8")
    example.index.publish("wire", "1.1")
    example.write()
    assert example.lock.read_text("utf-8") == first
    assert "wire==1.0\n" in example.tested.read_text("utf-8")
    example.write(upgrade=True)
    assert "wire==1.1\n" in example.tested.read_text("utf-8")
    text = (example.render(tmp_path / "p", cache=True) / "uv.lock").read_text("utf-8")
    assert ("wire", "1.1") in pins(text)


def test_a_package_with_a_version_per_python_is_listed_with_markers(
    example: Example,
) -> None:
    example.write()
    lines = example.tested.read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("compat")] == [
        "compat==1.0 ; (python_full_version < '3.14')",
        "compat==2.0 ; (python_full_version >= '3.14')",
    ]
    assert example.problems() == ""


def test_a_feature_switched_on_later_gets_its_tested_versions(
    example: Example, tmp_path: Path
) -> None:
    example.write()
    project = example.render(tmp_path / "p")
    example.index.publish("worker", "2.0", ["wire"])
    example.index.publish("wire", "2.0")
    run_uv(
        project, "add", "--no-sync", "--constraints", "tested-versions.txt", "worker"
    )
    assert {("worker", "1.0"), ("wire", "1.0")} <= pins(
        (project / "uv.lock").read_text("utf-8")
    )


def test_a_new_dependency_is_not_current_until_it_is_locked(example: Example) -> None:
    assert "is missing" in example.problems()
    example.write()
    assert example.problems() == ""
    source = example.pyproject.read_text("utf-8")
    example.index.publish("mailer", "1.0")
    example.pyproject.write_text(source.replace('"store",', '"store",\n    "mailer",'))
    assert "with -d queue=none -d cache=true: `uv lock" in example.problems()
    assert "cache=false" not in example.problems()
    example.write()
    assert example.problems() == ""


def test_a_package_that_nothing_needs_is_not_current(example: Example) -> None:
    example.write()
    source = example.lock.read_text("utf-8")
    example.lock.write_text(source.replace("queue == 'celery' or cache", "true"))
    assert example.problems() == "with -d queue=none -d cache=false: nothing needs wire"


def test_a_wrong_tested_version_is_not_current(example: Example) -> None:
    example.write()
    example.tested.write_text(
        example.tested.read_text("utf-8").replace("wire==1.0", "wire==1.2")
    )
    assert "tested-versions.txt: wire 1.0 is missing" in example.problems()
    assert "tested-versions.txt: wire 1.2 is not locked anywhere" in example.problems()


def test_a_requirement_that_nothing_satisfies_leaves_the_files_alone(
    example: Example,
) -> None:
    example.write()
    before = example.lock.read_text("utf-8")
    source = example.pyproject.read_text("utf-8")
    example.pyproject.write_text(source.replace('"store"', '"store>=9"'))
    with pytest.raises(LockError, match="store>=9"):
        example.write()
    assert example.lock.read_text("utf-8") == before
