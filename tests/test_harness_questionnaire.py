"""The harness reads the questionnaire and covers what it offers."""

from itertools import combinations, product
from pathlib import Path

import pytest

from harness import synthetic
from harness.answers import Answer, label, text
from harness.covering import pairwise, triples
from harness.questionnaire import Questionnaire, UnknownAnswerError
from harness.template import Template, UnknownVariableError, samples
from maintenance.questionnaire import QuestionnaireError, every

FACTORS: dict[str, tuple[Answer, ...]] = {
    "kind": ("service", "cli", "library"),
    "layout": ("layered", "domain"),
    "queue": ("none", "celery"),
    "auth": (True, False),
    "cache": (True, False),
    "example": (True, False),
    "media": (True, False),
}


@pytest.mark.parametrize("size", range(len(FACTORS) + 1))
def test_pairwise_covers_every_pair(size: int) -> None:
    """Each pair of values of two factors is in a row, and each row is complete."""
    factors = dict(list(FACTORS.items())[:size])
    rows = pairwise(factors)

    assert all(list(row) == list(factors) for row in rows)
    for one, other in combinations(factors, 2):
        pairs = {(row[one], row[other]) for row in rows}
        assert pairs == set(product(factors[one], factors[other]))


def test_pairwise_holds_some_factors_whole() -> None:
    """Of these each combination is in a row, and still each pair of the others."""
    whole = {"kind", "auth", "media", "no factor"}
    rows = pairwise(FACTORS, whole)

    factors = {name: values for name, values in FACTORS.items() if name in whole}
    held = [{name: row[name] for name in factors} for row in rows]
    assert all(row in held for row in every(factors))
    for one, other in combinations(FACTORS, 2):
        pairs = {(row[one], row[other]) for row in rows}
        assert pairs == set(product(FACTORS[one], FACTORS[other]))
    assert len(rows) <= 14


def test_triples_hold_each_three_and_some_whole() -> None:
    """They begin with what is given, and no more than a few are added."""
    factors = dict.fromkeys("abcdefg", (True, False))
    whole = tuple("abdf")
    begun = pairwise(factors)
    rows = triples(factors, set(whole), begun)

    assert rows[: len(begun)] == begun
    for names in [*combinations(factors, 3), whole]:
        held = {tuple(row[name] for name in names) for row in rows}
        assert len(held) == 2 ** len(names)
    assert len(rows) <= 18


def test_pairwise_is_small() -> None:
    """The number of rows hardly grows with the number of factors."""
    assert len(every(FACTORS)) == 192
    assert len(pairwise(FACTORS)) <= 10


def questionnaire(folder: Path, questions: str = synthetic.QUESTIONS) -> Questionnaire:
    """Return a synthetic template's questionnaire."""
    return Questionnaire.read(synthetic.write(folder, {}, questions))


def test_questions_are_sorted_out(tmp_path: Path) -> None:
    """Structural, computed and other questions are told apart by their keys."""
    found = questionnaire(tmp_path)

    assert found.structural == {
        "layout": ("layered", "domain"),
        "with_example": (True, False),
    }
    assert list(found.computed) == ["place"]
    assert list(found.questions) == ["package_name", "preset", "layout", "with_example"]
    assert found.presets == [{"preset": "standard"}, {"preset": "custom"}]


def test_combinations_are_asked_for(tmp_path: Path) -> None:
    """They use the preset under which a user would be asked."""
    found = questionnaire(tmp_path).combinations()

    assert len(found) == 4
    assert {row["preset"] for row in found} == {"custom"}


def test_a_new_question_is_covered(tmp_path: Path) -> None:
    """Adding one to `copier.yml` is all it takes."""
    ask = "ask: \"{{ preset == 'custom' }}\""
    more = f"cache: {{type: str, choices: [redis, none], default: redis, {ask}}}\n"
    found = questionnaire(tmp_path, synthetic.QUESTIONS + more)

    assert len(found.combinations()) == 8
    assert {row["cache"] for row in found.pairwise()} == {"redis", "none"}


@pytest.mark.parametrize(
    "choices", ["[a, b]", "[[A, a], [B, b]]", "{A: a, B: b}", "{A: {value: a}, B: b}"]
)
def test_choices_may_be_written_in_any_way(tmp_path: Path, choices: str) -> None:
    """Labels are for people; the values are the answers."""
    found = questionnaire(tmp_path, f"letter: {{type: str, choices: {choices}}}\n")

    assert found.questions["letter"].values == ("a", "b")


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ("a: {type: str, choices: '{{ b }}'}\n", "choices of a are a template"),
        (
            "p: {type: bool}\nq: {type: bool}\na: {type: bool, ask: '{{ p and q }}'}\n",
            "read p, q",
        ),
        ("p: {choices: [x]}\na: {type: bool, ask: '{{ p == 1 }}'}\n", "no preset"),
    ],
)
def test_a_questionnaire_that_cannot_be_covered(
    tmp_path: Path, questions: str, message: str
) -> None:
    """It is refused with the name of what is in the way."""
    with pytest.raises(QuestionnaireError, match=message):
        questionnaire(tmp_path, questions).combinations()


def test_unknown_answers_are_refused(tmp_path: Path) -> None:
    """The message lists what is asked."""
    with pytest.raises(UnknownAnswerError, match=r"no layuot\. It asks package_name, "):
        questionnaire(tmp_path).check({"layuot": "domain"})


def test_answers_as_text() -> None:
    """A bool is written as Copier's command line takes it."""
    assert text(True) == "true"
    assert label({"layout": "domain", "auth": False}) == "domain-auth=false"
    assert label({}) == "defaults"


def template(folder: Path, files: dict[str, str]) -> Template:
    """Return a synthetic template."""
    return Template(synthetic.write(folder, files))


def test_reads_follow_names_and_computed_answers(tmp_path: Path) -> None:
    """A file depends on the answers behind its name and behind what is computed."""
    name = "template/{% if with_example %}{{ place.main }}.py{% endif %}.jinja"
    found = template(tmp_path, {name: "import {{ package_name }}\n"})

    assert found.reads(name) == {"with_example", "layout", "package_name"}


def test_reads_of_the_answers_file(tmp_path: Path) -> None:
    """Who reads all answers depends on every one."""
    name = "template/answers.yml.jinja"
    found = template(tmp_path, {name: "{{ _copier_answers | to_nice_yaml }}"})

    assert found.reads(name) == set(found.questionnaire.questions)


def test_an_unknown_variable_is_refused(tmp_path: Path) -> None:
    """A misspelt question is found without a render."""
    name = "template/a.txt.jinja"
    found = template(tmp_path, {name: "{% if false %}{{ layuot }}{% endif %}"})

    with pytest.raises(UnknownVariableError, match=r"a\.txt\.jinja: reads 'layuot'"):
        found.reads(name)


def test_samples_pass_the_validator(tmp_path: Path) -> None:
    """Free text is sampled short, long and odd, as far as the question takes it."""
    found = samples(template(tmp_path, {}), "package_name")

    assert found[0] == "acme"
    assert "" not in found
    assert min(map(len, map(str, found))) == 1
    assert max(map(len, map(str, found))) >= 40
    assert any('"' in str(sample) for sample in found)


def test_samples_of_a_finite_question(tmp_path: Path) -> None:
    """They are all its values."""
    assert samples(template(tmp_path, {}), "layout") == ("layered", "domain")
