"""Makes checks of the usual kinds, so that a row says only what it asks."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from textwrap import shorten
from typing import Any

from plumb.check import CannotJudgeError, Check, Finding, Kind
from plumb.service import Service, last_name

type Predicate = Callable[[Any], bool]


def path(*patterns: str) -> Check:
    """Demand that a file or folder is there for each pattern.

    Args:
        patterns: paths from the root; `*` and `{package}` are understood, and `a|b`
            takes either.
    """

    def judge(service: Service) -> Iterator[Finding]:
        for pattern in patterns:
            if not any(map(service.has, pattern.split("|"))):
                wanted = service.resolve(" or ".join(pattern.split("|")))
                yield Finding(f"{wanted} is missing")

    return Check("path", f"{_listed(patterns)} is there", judge)


def absent(*patterns: str) -> Check:
    """Demand that nothing matches any of the patterns."""

    def judge(service: Service) -> Iterator[Finding]:
        for pattern in patterns:
            for found in service.glob(pattern):
                yield Finding("does not belong here", found)

    return Check("path", f"{_listed(patterns)} is not there", judge)


def ignored(*paths: str, keeps: Iterable[str] = ()) -> Check:
    """Demand that git ignores some paths, and keeps others."""
    kept = tuple(keeps)

    def judge(service: Service) -> Iterator[Finding]:
        for each in paths:
            if not service.ignored.match_file(each):
                yield Finding(f"git does not ignore {each}", ".gitignore")
        for each in kept:
            if service.ignored.match_file(each):
                yield Finding(f"git ignores {each}, which is to be kept", ".gitignore")

    rule = f"git ignores {_listed(paths)}"
    return Check("path", f"{rule}, not {_listed(kept)}" if kept else rule, judge)


def toml(key: str, holds: Predicate, rule: str, file: str = "pyproject.toml") -> Check:
    """Demand something of a value in a TOML file.

    Args:
        key: its dotted path; the predicate gets `None` where there is no such value.
        holds: whether the value is as demanded.
        rule: what is demanded, such as "is true".
        file: the file, from the root.
    """
    return _value("toml", file, key, holds, rule)


def yaml(file: str, key: str, holds: Predicate, rule: str) -> Check:
    """Demand something of a value in a YAML file, as `toml` does; `` is all of it."""
    return _value("yaml", file, key, holds, rule)


def includes(*wanted: object) -> Predicate:
    """Return whether a list holds all of these."""
    return lambda value: (
        isinstance(value, list) and all(each in value for each in wanted)
    )


def equals(wanted: object) -> Predicate:
    """Return whether a value is this one."""
    return lambda value: bool(value == wanted)


def text(file: str, holds: Callable[[str], bool], rule: str) -> Check:
    """Demand something of a file's text; a missing file has none."""

    def judge(service: Service) -> Iterator[Finding]:
        if not service.has(file):
            yield Finding(f"{service.resolve(file)} is missing; it {rule}")
        elif not holds(service.read(file)):
            yield Finding(
                f"does not do what it should: it {rule}", service.resolve(file)
            )

    return Check("text", f"`{file}` {rule}", judge)


def shipped(node: str, shows: str) -> Check:
    """Demand a test of the service; the service's own gate runs it.

    Args:
        node: `tests/...py::test_name`.
        shows: what the test proves, as a clause.
    """
    file, _, name = node.partition("::")

    def judge(service: Service) -> Iterator[Finding]:
        if not service.generated:
            raise CannotJudgeError(f"only a test can show that {shows}")
        tests = [
            function
            for module in service.tests
            if module.path == file
            for function in module.functions
            if function.name == name
        ]
        if not tests:
            yield Finding(f"the test {name} is gone; it shows that {shows}", file)
        for test in tests:
            marks = {last_name(decorator) for decorator in test.decorator_list}
            if marks & {"skip", "skipif", "xfail"}:
                yield Finding(f"the test {name} may fail: {shows}", file, test.lineno)

    return Check("test", shows, judge, node=node)


def rules(*codes: str) -> Check:
    """Demand that rules of ruff are on, and find nothing in the package."""

    def judge(service: Service) -> Iterator[Finding]:
        off = " ".join(code for code in codes if code not in enabled_rules(service))
        if off:
            said = f"ruff does not look at it: switch {off} on"
            yield Finding(said, "pyproject.toml", code=off)
        for found in _violations(service):
            if found.code in codes:
                yield found

    return Check("ruff", f"ruff's {', '.join(codes)} is on and finds nothing", judge)


def openapi(rule: str) -> Callable[[Callable[..., Iterable[Finding]]], Check]:
    """Return a decorator: a check of the API's description, given as a mapping."""

    def decorate(judge: Callable[[Mapping[str, Any]], Iterable[Finding]]) -> Check:
        def judge_service(service: Service) -> Iterable[Finding]:
            if service.openapi is None:
                raise CannotJudgeError(
                    "needs the API's description: save /openapi.json, and give it with"
                    " --openapi FILE"
                )
            return judge(service.openapi)

        return Check("openapi", rule, judge_service)

    return decorate


def operations(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and description of each operation of an OpenAPI document."""
    methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    for address, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in methods:
                yield address, method, operation


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield every call below a node."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _value(kind: Kind, file: str, key: str, holds: Predicate, rule: str) -> Check:
    def judge(service: Service) -> Iterator[Finding]:
        value: Any = service.toml(file) if kind == "toml" else service.yaml(file)
        if any(each.path == file for each in service.broken):
            raise CannotJudgeError(f"{file} cannot be read")
        for part in filter(None, key.split(".")):
            value = value.get(part) if isinstance(value, dict) else None
        if not holds(value):
            shown = "missing" if value in (None, {}) else shorten(str(value), 100)
            yield Finding(f"{key or 'the file'} {rule}; it is {shown}", file)

    return Check(kind, f"`{key or file}` {rule}", judge)


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f"`{item.replace('|', '` or `')}`" for item in items)


def violations(service: Service, *options: str) -> list[Finding]:
    """Return what ruff finds with these options, in the service's own settings.

    Raises:
        CannotJudgeError: ruff does not run there.
    """
    found = ruff(service, "check", "--exit-zero", "--output-format=json", *options)
    return [
        Finding(
            f"{each['code']} {each['message']}",
            each["filename"].removeprefix(f"{service.root.as_posix()}/"),
            each["location"]["row"],
            each["code"],
        )
        for each in json.loads(found)
        if each["code"]
    ]


def ruff(service: Service, command: str, *options: str) -> str:
    """Return what a command of ruff prints in the service's folder.

    Raises:
        CannotJudgeError: ruff does not run there.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", command, "--no-cache", *options],
        cwd=service.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode > 1:
        raise CannotJudgeError(f"ruff does not run here: {ran.stderr.strip()}")
    return ran.stdout


@lru_cache(maxsize=4)
def enabled_rules(service: Service) -> frozenset[str]:
    """Return the codes of the rules of ruff that are on in the package.

    Raises:
        CannotJudgeError: ruff does not run there.
    """
    file = next((module.path for module in service.modules), "")
    shown = ruff(service, "check", "--exit-zero", "--show-settings", file)
    enabled = shown.partition("linter.rules.enabled = [")[2].partition("]")[0]
    return frozenset(
        line.rpartition("(")[2].rstrip("),") for line in enabled.split("\n")
    )


@lru_cache(maxsize=4)
def _violations(service: Service) -> list[Finding]:
    folder = service.source.relative_to(service.root).as_posix()
    # The service's own settings say where a limit lies; what is on, or where it is not
    # looked at, is asked elsewhere.
    everywhere = 'lint.per-file-ignores = {"__init__.py" = ["F401"]}'
    return violations(service, "--select=ALL", f"--config={everywhere}", folder)
