"""What no generated file may hold, whatever its type."""

import json
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from pathlib import Path, PurePosixPath

import yaml

from harness.render import ROOT

# Where a word that tells how the project was made belongs, because updating is
# explained there or because the file lists packages by name.
_LOCKS = ("uv.lock", "tested-versions.txt")
_ABOUT_UPDATES = (
    ".copier-answers.yml",
    "README.md",
    "AGENTS.md",
    "CONTRIBUTING.md",
    "Taskfile.yml",
    "taskfiles/**",
    "docs/**",
    "scripts/propose_update.sh",
    "scripts/rehearsal.py",
    "scripts/template.py",
)
WORDS: Mapping[str, Sequence[str]] = {
    "plumbline": _ABOUT_UPDATES,
    "copier": (*_ABOUT_UPDATES, *_LOCKS),
    "jinja": _LOCKS,
}
# Python needs the one, type checkers the other.
MAY_BE_EMPTY = ("__init__.py", "py.typed")


def findings(path: str, content: bytes, names: Sequence[str] = ()) -> list[str]:
    """Return what is wrong with a generated file, as `line: rule` or as a rule.

    Args:
        path: the file's path in the project.
        content: its bytes.
        names: the names of the questionnaire's answers.
    """
    if not content:
        allowed = PurePosixPath(path).name in MAY_BE_EMPTY
        return [] if allowed else ["empty: switch the file by its name instead"]
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return ["not UTF-8"]
    found = [rule for rule in (_ending(text), syntax(path, text)) if rule]
    for number, line in enumerate(text.splitlines(), 1):
        found += [f"line {number}: {rule}" for rule in _line_rules(path, line, names)]
    return found


def _ending(text: str) -> str | None:
    if "\r" in text:
        return "carriage returns: end lines with \\n alone"
    if not text.endswith("\n") or text.endswith("\n\n") or text == "\n":
        return "does not end in exactly one newline"
    return None


def _line_rules(path: str, line: str, names: Sequence[str]) -> Iterator[str]:
    if line != line.rstrip():
        yield "trailing whitespace"
    if found := re.search(r"\b(TODO|FIXME|XXX)\b", line):
        yield f"{found[0]}: a project starts with nothing left to do"
    if found := _leftover(path, line, names):
        yield f"{found[0]!r} is left from Jinja"
    for folder in _MACHINE:
        if folder in line and not _matches(path, (".copier-answers.yml",)):
            yield f"{folder!r} is a path of the machine that rendered it"
    for word, places in WORDS.items():
        if word in line.lower() and not _matches(path, places):
            yield f"{word!r} betrays the template"


def _leftover(path: str, line: str, names: Sequence[str]) -> re.Match[str] | None:
    opening = r"\{%|\{#|\{\{"
    if path.endswith((".py", ".pyi", ".mako")):
        # `{{` is a brace in an f-string, so only what names an answer is Jinja's.
        opening = r"\{%|\{\{-?\s*(?:_copier_\w+" + "".join(f"|{n}" for n in names) + ")"
    # Task's templates begin so, and no Jinja expression does.
    line = re.sub(r"\{\{-?\s*(\.[A-Za-z]|\$\w|range \$|end\}\})", "", line)
    if path.startswith(".github/"):
        line = line.replace("${{", "")
    return re.search(opening, line)


def syntax(path: str, text: str) -> str | None:
    """Return why a file's text is none of its type; None if it is, or has no type."""
    parse = _PARSERS.get(PurePosixPath(path).suffix)
    if parse is None:
        return None
    try:
        parse(text)
    except Exception as error:  # noqa: BLE001 - each parser has errors of its own
        return f"does not parse: {error}"
    return None


def _parse_ini(text: str) -> None:
    ConfigParser(interpolation=None).read_string(text)


def _parse_yaml(text: str) -> None:
    list(yaml.load_all(text, _UniqueKeysLoader))


class _UniqueKeysLoader(yaml.SafeLoader):
    """Refuses a mapping that holds a key twice, which YAML forbids and PyYAML takes."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[object, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} occurs twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def _parse_python(text: str) -> None:
    compile(text, "<rendered>", "exec", dont_inherit=True)


_PARSERS: Mapping[str, Callable[[str], object]] = {
    ".ini": _parse_ini,
    ".json": json.loads,
    ".lock": tomllib.loads,
    ".py": _parse_python,
    ".pyi": _parse_python,
    ".toml": tomllib.loads,
    ".yaml": _parse_yaml,
    ".yml": _parse_yaml,
}
_MACHINE = tuple({str(ROOT), str(Path.home()), f"{tempfile.gettempdir()}/"})


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(PurePosixPath(path).full_match(pattern) for pattern in patterns)
