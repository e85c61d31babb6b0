"""The lock that a project starts with is the one uv would write, in every combination."""

import itertools
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.answers import Answers, label
from harness.questionnaire import Questionnaire
from harness.render import ROOT
from maintenance.lockfile import pins, unneeded
from maintenance.locking import lock, run_uv
from maintenance.pins import check, listed_versions

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
    request: pytest.FixtureRequest, assembled: Callable[[Answers], Path]
) -> Path:
    """A project as it is rendered, which no test changes."""
    answers, name = request.param
    return assembled({**answers, "project_name": name})


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


def test_the_committed_files_are_current(tmp_path: Path) -> None:
    assert check(ROOT, tmp_path) == []
