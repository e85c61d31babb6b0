"""Versions keep what `docs/versions.md` promises of them."""

import re
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.version import Version

from harness import synthetic
from harness.history import Repository, released, unpack
from harness.render import ROOT, snapshot
from harness.versions import MAJOR, Change, Comparison, section, unnamed

RELEASED = released()
UPGRADING = (ROOT / "UPGRADING.md").read_text("utf-8")
FILES = {
    "template/main.txt": "",
    "template/{{ package_name }}/{{ place.main }}.py": "",
    "template/{% if with_example %}example.md{% endif %}": "",
}
GONE = "{% if layout == 'domain' %}domain.md{% endif %}"


def headings(page: str) -> list[str]:
    """Return what the second-level headings of a page begin with."""
    return re.findall(r"^## \[?([^\]\s]+)", page, re.MULTILINE)


def compare(folder: Path, files: Mapping[str, str], questions: str) -> list[Change]:
    """Return what another template changes of the one of `FILES`."""
    old = synthetic.write(folder / "old", FILES)
    new = synthetic.write(folder / "new", files, questions)
    return list(Comparison.of(old, new, folder / "service").changes())


def test_versions_are_tags_in_order() -> None:
    """A version is `v` and PEP 440, later than the one before, and in its history."""
    assert all(tag == f"v{Version(tag)}" for tag in RELEASED)
    for (older, before), (newer, after) in pairwise(RELEASED.items()):
        assert Version(older) < Version(newer)
        Repository(ROOT).git("merge-base", "--is-ancestor", before, after)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert Version(project["version"]) >= Version([*RELEASED][-1])


@pytest.mark.parametrize("page", ["UPGRADING.md", "CHANGELOG.md"])
def test_pages_have_a_section_for_each_version(page: str) -> None:
    """The newest comes first, so that a tool can cut out what is in between."""
    found = headings((ROOT / page).read_text("utf-8"))
    versions = [name for name in found if name[0].isdigit()]

    assert found[-len(versions) :] == versions
    assert {tag.removeprefix("v") for tag in RELEASED} <= {*versions}
    assert versions == sorted(versions, key=Version, reverse=True)


def test_what_changed_is_written_down(tmp_path: Path) -> None:
    """Whoever changes an interface names it in `UPGRADING.md`."""
    unpack([*RELEASED.values()][-1], tmp_path / "old")
    compared = Comparison.of(tmp_path / "old", snapshot(), tmp_path / "service")
    changes = compared.changes()

    found = unnamed(changes, notes())

    assert not found, "\n".join(found)


def notes() -> str:
    """Return what `UPGRADING.md` says of versions that are not released yet.

    While a version is being released, that is what is below its number.
    """
    coming = [
        name
        for name in headings(UPGRADING)
        if name[0].isdigit() and f"v{name}" not in RELEASED
    ]
    return "".join(section(UPGRADING, name) for name in ["Unreleased", *coming])


@pytest.mark.parametrize(
    ("before", "after"),
    [*pairwise(RELEASED.values())],
    ids=[f"{before}-{after}" for before, after in pairwise(RELEASED)],
)
def test_released_versions_named_what_they_changed(
    before: str, after: str, tmp_path: Path
) -> None:
    """What is below a version is complete, but for paths, which older notes sum up."""
    old, new = tmp_path / "old", tmp_path / "new"
    unpack(before, old)
    unpack(after, new)
    changes = list(Comparison.of(old, new, tmp_path / "service").changes())
    [version] = [
        tag.removeprefix("v") for tag, commit in RELEASED.items() if commit == after
    ]

    found = unnamed(
        [
            change
            for change in changes
            if change.breaks or "the path" not in change.what
        ],
        section(UPGRADING, version),
    )

    assert changes
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("with_example: {", "more: {type: bool, default: no}\nwith_example: {", {"more": False}),
        ("default: acme", "default: other", {"package_name": False}),
        ("with_example: {type: bool, default: true", "with_example: {type: str, default: true", {"with_example": True, "with_example=true": True, "with_example=false": True}),
        ("Domain: domain", "Domain: by_domain", {"layout=domain": True, "layout=by_domain": False}),
        ("[standard, custom]", "[standard, custom, full]", {"preset=full": False}),
        ("core/main", "shared/main", {"any_package/core/main.py": True, "any_package/shared/main.py": False}),
        ("default: true, ask", "default: true, help: Really, ask", {}),
        ("{Layered: layered, Domain: domain}", "{By layers: layered, By domains: domain}", {}),
    ],
)  # fmt: skip
def test_a_changed_question_is_seen(
    old: str, new: str, expected: dict[str, bool], tmp_path: Path
) -> None:
    """Names, types, defaults and values are compared; words are not."""
    assert old in synthetic.QUESTIONS

    found = compare(tmp_path, FILES, synthetic.QUESTIONS.replace(old, new))

    assert {change.name: change.breaks for change in found} == expected


def test_a_renamed_question_is_seen(tmp_path: Path) -> None:
    """It is one that went and one that came."""
    files = {path.replace("with_example", "example"): "" for path in FILES}
    questions = synthetic.QUESTIONS.replace("with_example", "example")

    found = compare(tmp_path, files, questions)

    seen = {change.name: change.breaks for change in found}
    assert seen == {"with_example": True, "example": False, "example.md": False}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (FILES, {}),
        ({**FILES, "template/more.txt": ""}, {"more.txt": False}),
        ({**FILES, f"template/{GONE}": ""}, {"domain.md": False}),
        ({"template/main.txt": ""}, {"any_package/main.py": True, "any_package/core/main.py": True, "example.md": True}),
        # It is left with one of two answers.
        ({**FILES, "template/main.txt": None, "template/{% if with_example %}main.txt{% endif %}": ""}, {"main.txt": True}),
    ],
)  # fmt: skip
def test_a_changed_path_is_seen(
    files: dict[str, str | None], expected: dict[str, bool], tmp_path: Path
) -> None:
    """A path is compared in each combination of the answers of before."""
    there = {path: body for path, body in files.items() if body is not None}

    found = compare(tmp_path, there, synthetic.QUESTIONS)

    assert {change.name: change.breaks for change in found} == expected


@pytest.mark.parametrize(
    ("notes", "lacks"),
    [
        ("", ["what: say below"]),
        ("The cache is new.", ["what: say below"]),
        ("`cached` is new.", ["what: say below"]),
        ("`cache` is new.", []),
        ("Try `-d cache=redis`.", []),
    ],
)
def test_a_change_is_named_as_code(notes: str, lacks: list[str]) -> None:
    """A word in a sentence may mean anything."""
    found = unnamed([Change("what", "cache")], notes)

    assert [line[: len("what: say below")] for line in found] == lacks


@pytest.mark.parametrize(
    ("name", "notes", "named"),
    [
        ("src/any_package/core/a.py", "`src/*/core/a.py`", True),
        ("src/any_package/core/a.py", "`src/*/core/**`", True),
        ("src/any_package/core/a.py", "`core/a.py`", False),
        ("src/any_package/core/a.py", "`src/*`", False),
        ("cache=redis", "`cache`", False),
        ("cache=redis", "`cache=redis`", True),
    ],
)
def test_a_path_and_a_choice_are_named_in_full(
    name: str, notes: str, *, named: bool
) -> None:
    assert (unnamed([Change("what", name)], notes) == []) == named


def test_what_goes_waits_for_a_major_version() -> None:
    """The section has to say that it is one, and to name what goes."""
    change = Change("the path a.py went", "a.py", breaks=True)

    assert len(unnamed([change], "`a.py` went.")) == 1
    assert len(unnamed([change], MAJOR)) == 1
    assert (
        unnamed([change], f"{MAJOR.replace(' a ', chr(10) + 'a ')} `a.py` went.") == []
    )
