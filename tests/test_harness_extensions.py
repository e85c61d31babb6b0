"""The Jinja extensions see what a template reads and which branches it took."""

import re
from collections.abc import Mapping

import pytest
from jinja2 import DictLoader, StrictUndefined, pass_context
from jinja2.sandbox import SandboxedEnvironment

from extensions.branches import Branches
from extensions.lookup import extension
from extensions.recorded_reads import RecordedReads
from extensions.static_reads import StaticReads, UnreadableSourceError

FILES = {
    "macros.jinja": "{% macro twice(x) %}{% if x %}{{ x }}{{ x }}{% endif %}{% endmacro %}",
    "nested.jinja": (
        "{% from 'macros.jinja' import twice %}"
        "{% macro four(x) %}{{ twice(twice(x)) }}{% endmacro %}"
    ),
    "greedy.jinja": "{% macro name() %}{{ layout }}{% endmacro %}",
    "part.jinja": "{{ auth }}",
    "outer.jinja": "{% include 'part.jinja' %}{{ cache }}",
}


def environment(*kinds: type) -> SandboxedEnvironment:
    """Return an environment over `FILES`, as strict as Copier's."""
    return SandboxedEnvironment(
        loader=DictLoader(FILES), undefined=StrictUndefined, extensions=kinds
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain", set()),
        ("{{ a }}{% set b = c %}{{ b }}", {"a", "c"}),
        ("{% for x in xs if x != y %}{{ x }}{% endfor %}", {"xs", "y"}),
        ("{% if a %}{% elif b %}{% else %}{{ c }}{% endif %}", {"a", "b", "c"}),
        ("{{ range(3) | join(separator) }}", {"separator"}),
        ("{% from 'nested.jinja' import four %}{{ four(a) }}", {"a"}),
        ("{% include 'outer.jinja' %}", {"auth", "cache"}),
        ("{% include 'macros.jinja' without context %}", set()),
        ("{% extends 'part.jinja' %}", {"auth"}),
    ],
)
def test_static_reads(source: str, expected: set[str]) -> None:
    """Reads are found wherever they are, a template's own variables left out."""
    reader = extension(environment(StaticReads), StaticReads)

    assert reader.variables(source, "x") == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% include path %}", "x:1: the path is computed"),
        ("{% include ['a', 'b'] %}", "x:1: the path is computed"),
        ("\n{% include 'no.jinja' %}", "x:2: there is no 'no.jinja'"),
        ("{% import 'macros.jinja' as m with context %}", "`with context`"),
        ("{% from 'macros.jinja' import twice with context %}", "`with context`"),
        ("{% from 'greedy.jinja' import name %}", "greedy.jinja: reads layout"),
        ("{% include 'part.jinja' without context %}", "part.jinja: reads auth"),
    ],
)
def test_static_reads_refuses_what_it_cannot_see(source: str, message: str) -> None:
    """A path that is not literal, and a context that is hidden, are errors."""
    reader = extension(environment(StaticReads), StaticReads)

    with pytest.raises(UnreadableSourceError, match=re.escape(message)):
        reader.variables(source, "x")


def test_references_are_followed() -> None:
    """A library's own libraries take part in the render too."""
    reader = extension(environment(StaticReads), StaticReads)

    found = reader.references("{% from 'nested.jinja' import four %}", "x")

    assert found == {"nested.jinja", "macros.jinja"}


def test_recorded_reads() -> None:
    """What is looked up is recorded, in includes too, and what is not is not."""
    env = environment(RecordedReads)
    recorded = extension(env, RecordedReads)
    source = "{% set own = a %}{{ own }}{{ range(2) }}{% include 'part.jinja' %}"

    env.from_string(source).render(a=1, auth=2, never=3)

    assert recorded.names == {"a", "auth"}
    recorded.clear()
    assert not recorded.names


def test_recorded_reads_see_what_the_static_ones_miss() -> None:
    """The cross-check has something to find: a global that looks names up itself."""
    env = environment(StaticReads, RecordedReads)
    env.globals["look"] = pass_context(lambda context, name: context.resolve(name))
    source = "{{ look('hidden') }}"

    env.from_string(source).render(hidden=1)

    assert extension(env, RecordedReads).names == {"hidden"}
    assert not extension(env, StaticReads).variables(source, "x")


def missed(source: str, *contexts: Mapping[str, object]) -> list[str]:
    """Render a source named `x` with contexts; return the branches never taken."""
    env = environment(Branches)
    env.loader = DictLoader({**FILES, "x": source})
    for context in contexts:
        env.get_template("x").render(context)
    recorded = extension(env, Branches)
    return [str(branch) for branch in recorded.missed({"x", "macros.jinja"})]


CHAIN = "{% if n == 1 %}one\n{% elif n == 2 %}two\n{% else %}more\n{% endif %}"


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        (CHAIN, [1, 2, 3], []),
        (CHAIN, [1, 2], ["x:2: this if was never false"]),
        (CHAIN, [1, 3], ["x:2: this if was never true"]),
        ("{% if n %}yes{% endif %}", [1], ["x:1: this if was never false"]),
        ("\n{{ 'a' if n else 'b' }}", [0], ["x:2: this inline if was never true"]),
        (
            "{{ ('a' if n else 'b') if n else 'c' }}",
            [0, 1],
            ["x:1: this inline if was never false"],
        ),
        (
            "{% from 'macros.jinja' import twice %}{{ twice(n) }}",
            [1],
            ["macros.jinja:1: this if was never false"],
        ),
        ("{% for i in range(n) %}{% if i %}{% endif %}{% endfor %}", [2], []),
    ],
)
def test_branches(source: str, values: list[int], expected: list[str]) -> None:
    """Each condition has to be seen true and false, wherever it stands."""
    assert missed(source, *({"n": value} for value in values)) == expected


def test_recording_branches_changes_no_output() -> None:
    """A condition's value and its laziness stay as they are."""
    source = CHAIN + "{{ 'a' if n else undefined_name }}{{ ('x' if n > 1 else 'y') }}"
    plain = environment().from_string(source)
    recorded = environment(Branches).from_string(source)

    for value in (1, 2, 3):
        assert recorded.render(n=value) == plain.render(n=value)


def test_an_extension_that_was_not_added_is_an_error() -> None:
    """The message names the call that was forgotten."""
    with pytest.raises(LookupError, match=r"add_extension\(Branches\)"):
        extension(environment(), Branches)
