"""The command that locks the template: what it writes, and what it finds out of date."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from harness.answers import Answer, Answers
from harness.package_index import PackageIndex, serve_packages
from harness.render import ROOT
from maintenance.conditions import condition
from maintenance.lockfile import Row, merge, pins, templated
from maintenance.locking import LockError, run_uv
from maintenance.pins import check, write
from maintenance.questionnaire import Factors, every
from maintenance.template import generate

FACTORS: Factors = {
    "kind": ("service", "worker", "library"),
    "queue": ("none", "celery"),
    "cache": (True, False),
}
EVERY = every(FACTORS)


@given(st.sets(st.integers(0, len(EVERY) - 1), min_size=1))
def test_a_condition_is_true_for_the_chosen_combinations_only(chosen: set[int]) -> None:
    expression = condition(FACTORS, chosen) or "true"
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
    assert condition(FACTORS, chosen) == expected


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
        return generate(self._root, destination, answers)

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
