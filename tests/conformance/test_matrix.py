"""The matrix of requirements is whole, and says of each row what is true."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.answers import Answers
from harness.render import ROOT
from harness.template import working_template
from plumb.checks import CHECKS
from plumb.matrix import STANDARDS, Matrix, Requirement
from plumb.service import Service

# How many rows each concern of the five standards has: 830 in all.
ROWS = {
    "LAY": 52, "DEP": 30, "PYV": 17, "STY": 33, "TYP": 15, "HDR": 12, "CFG": 32,
    "API": 51, "PAG": 10, "SCH": 22, "ERR": 17, "DIN": 9, "DBE": 25, "ORM": 9,
    "REP": 12, "MIG": 21, "CAC": 11, "PER": 12, "ASY": 15, "BGT": 25, "RES": 7,
    "LOG": 33, "HLT": 7, "MET": 11, "TRC": 6, "ALR": 6, "AUT": 18, "NET": 17,
    "SEC": 17, "TST": 46, "DCS": 35, "TSK": 10, "PRE": 23, "GIT": 18, "CIC": 21,
    "CNT": 31, "DPL": 12, "ENV": 7, "PAT": 15, "STO": 17, "AID": 18, "MED": 5,
    "KND": 8, "PIT": 12,
}  # fmt: skip
MATRIX = Matrix.read()
ROWS_BY_STATUS = {
    status: [row for row in MATRIX.requirements.values() if row.status == status]
    for status in ("checked", "documented", "not yet", "refused")
}


@pytest.fixture(scope="module")
def services(assembled: Callable[[Answers], Path]) -> list[Service]:
    """A service of each combination."""
    combinations = working_template().questionnaire.combinations()
    return [Service(assembled(answers)) for answers in combinations]


def test_every_row_of_the_standards_is_there_once() -> None:
    """Rows are numbered from 1 in each concern, without a gap."""
    expected = {f"{c}-{n:02}" for c, count in ROWS.items() for n in range(1, count + 1)}

    assert set(MATRIX.requirements) == expected


def test_every_row_is_a_sentence_with_its_source() -> None:
    """It can be read and traced by itself."""
    source = re.compile(
        r"(S[0-4]:\d+(-\d+)?(,\d+(-\d+)?)*)(; S[0-4]:\d+(-\d+)?(,\d+(-\d+)?)*)*"
    )
    wrong = [
        row.id
        for row in MATRIX.requirements.values()
        if not source.fullmatch(row.source)
        or not set(row.standards) <= STANDARDS.keys()
        or row.strength not in {"must", "should", "may"}
        or not row.text.endswith(".")
    ]

    assert not wrong


def test_checked_rows_are_those_with_checks() -> None:
    """A row without a check says what became of it instead."""
    checked = {row.id for row in ROWS_BY_STATUS["checked"]}

    assert checked == set(CHECKS)


@pytest.mark.parametrize("row", ROWS_BY_STATUS["documented"], ids=lambda row: row.id)
def test_documented_row_is_where_it_says(
    row: Requirement, services: list[Service]
) -> None:
    """The file is in every project, or in this repository, and says it there."""
    place = row.documented or {}
    path = place["in"]
    if path.startswith("plumbline:"):
        texts = [(ROOT / path.removeprefix("plumbline:")).read_text("utf-8")]
    else:
        texts = [service.read(path) for service in services]

    for text in texts:
        assert place["says"].casefold() in _section(text, place["section"]).casefold()


@pytest.mark.parametrize("row", ROWS_BY_STATUS["refused"], ids=lambda row: row.id)
def test_refused_row_has_its_reason_and_its_record(row: Requirement) -> None:
    """The decision record is there, and names the row."""
    refused = row.refused or {}

    assert refused["why"].endswith(".")
    assert row.id in (ROOT / refused["decision"]).read_text("utf-8")


def test_rows_wait_for_features_that_do_not_exist(services: list[Service]) -> None:
    """Once a feature shows a sign of itself, its rows have to be checked."""
    waited_for = {row.waits_for for row in ROWS_BY_STATUS["not yet"]}
    assert waited_for == MATRIX.features.keys()

    there = {
        f"{name}: {sign}"
        for name, feature in MATRIX.features.items()
        for sign in _signs(feature["signs"], services)
    }
    assert not there


def _signs(signs: Mapping[str, Any], services: list[Service]) -> set[str]:
    questions = working_template().questionnaire.questions
    assert signs, "a feature without signs would never be noticed"
    assert signs.keys() <= {"paths", "dependencies", "questions", "choices", "texts"}
    found = {name for name in signs.get("questions", ()) if name in questions}
    for service in services:
        found |= {path for path in signs.get("paths", ()) if service.has(path)}
        found |= set(signs.get("dependencies", ())) & service.requirements.keys()
        found |= {
            f"{path}: {text}"
            for path, texts in signs.get("texts", {}).items()
            for file in service.glob(path)
            for text in texts
            if _plain(text) in _plain(service.read(file))
        }
    return found | {
        f"{name}={choice}"
        for name, choice in signs.get("choices", {}).items()
        if name in questions and choice in questions[name].values
    }


def _plain(text: str) -> str:
    """Return a text as if case and hyphens were of no importance, as in headers."""
    return text.casefold().replace("-", "_")


def test_a_sign_is_seen_in_any_spelling(services: list[Service]) -> None:
    """Headers are written in either case, and FastAPI reads them by other names."""
    for sign in ("X-REQUEST-ID", "x_request_id"):
        assert _signs({"texts": {"{package}/**/*.py": ["nothing", sign]}}, services)


def _section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of its level."""
    start = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"there is no heading {heading!r}"
    end = re.compile(rf"^#{{1,{len(start[1])}}} ", re.MULTILINE)
    rest = text[start.end() :]
    stop = end.search(rest)
    return rest[: stop.start()] if stop else rest
