"""Principles of design, as far as their traces can be seen (PAT)."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from plumb.check import Check, Finding, check, domain, layered
from plumb.checks import style
from plumb.checks.api import asynchronous
from plumb.checks.resilience import applications
from plumb.imports import contracted
from plumb.kinds import calls, shipped, toml
from plumb.roles import Function, methods
from plumb.service import Class, Module, Service, last_name

MOST_ANCESTORS = 2
MOST_METHODS = 5

_SESSIONS = re.compile(
    r"_?(db|session|db_session|async_session|connection|conn|uow|unit_of_work)"
)
_STORING = frozenset(
    {"add", "add_all", "delete", "execute", "get", "merge", "query", "scalar"}
    | {"scalars", "stream", "stream_scalars"}
)
_MAKES = frozenset(
    {"AsyncClient", "AsyncSession", "ClientSession", "Redis", "Session", "SessionLocal"}
    | {"async_sessionmaker", "create_async_engine", "create_engine", "sessionmaker"}
)
_INTEGRATIONS = frozenset(
    {"aiohttp", "aiosmtplib", "asyncpg", "boto3", "celery", "fastapi", "flask", "grpc"}
    | {"httpx", "httpx2", "motor", "pika", "psycopg", "psycopg2", "pymongo", "redis"}
    | {"requests", "smtplib", "sqlalchemy", "sqlmodel", "starlette"}
)
_REPOSITORY = re.compile(r"(Repository|Repo|CRUD\w*|Dao|DAO)$")
_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*type:\s*ignore\[[^\]]*\boverride\b")


def _has_tables(service: Service) -> bool:
    return bool(service.models or service.subclasses("DeclarativeBase"))


@check("ast", "only repositories use a database session")
def _repositories_only(service: Service) -> Iterator[Finding]:
    if not service.repositories:
        yield Finding("tables are used without repositories: give each its own")
    for module in [*service.routers, *service.services]:
        for call in module.calls:
            match call:
                # What is asked for a text is a dictionary or an HTTP client.
                case ast.Call(args=[ast.Constant() | ast.JoinedStr(), *_]):
                    continue
                case ast.Call(func=ast.Attribute(value=session, attr=method)) if (
                    method in _STORING and _SESSIONS.fullmatch(last_name(session))
                ):
                    yield Finding(
                        f"calls {ast.unparse(call.func)}: ask a repository instead",
                        module.path,
                        call.lineno,
                    )


@check("ast", "one place commits a transaction, or rolls it back after an error")
def _unit_of_work(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.nodes:
            if isinstance(node, ast.AsyncWith | ast.With) and any(
                last_name(item.context_expr) == "begin" for item in node.items
            ):
                return
            if _surrounds(node) and _ends(node):
                return
    yield Finding(
        "nothing holds several repositories in one transaction: add a unit of work, a"
        " context manager that commits at its end and rolls back after an error"
    )


def _ends(node: ast.AST) -> bool:
    """Whether something commits, and undoes what was not committed.

    A connection or a session that is closed does so: in `finally`, after an error too.
    """
    finally_ = {
        call
        for block in ast.walk(node)
        if isinstance(block, ast.Try)
        for each in block.finalbody
        for call in calls(each)
    }
    last = {last_name(call.func) for call in finally_}
    before = {last_name(call.func) for call in calls(node) if call not in finally_}
    undone = "rollback" in before | last or (
        bool({"aclose", "close"} & last) and "commit" not in last
    )
    return undone and "commit" in before


def _surrounds(node: ast.AST) -> bool:
    """Whether a class or function does something before and after a block."""
    match node:
        case ast.ClassDef():
            names = {method.name for method in methods(node)}
            return bool(names & {"__aexit__", "__exit__"})
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return any(isinstance(each, ast.Yield) for each in ast.walk(node))
        case _:
            return False


@check("ast", "the application is made by a function")
def _factory(service: Service) -> Iterator[Finding]:
    for module, call in applications(service):
        within = (f for f in module.functions if call in set(calls(f)))
        if next(within, None) is None:
            yield Finding(
                "makes the application when it is imported: make it in a function",
                module.path,
                call.lineno,
            )


@check("ast", "repositories share a base")
def _common_base(service: Service) -> Iterator[Finding]:
    own = {each.name for each in service.classes}
    roots = [
        each
        for each in service.classes
        if _REPOSITORY.search(each.name)
        and "Protocol" not in each.bases
        and not own.intersection(each.bases)
    ]
    for each in roots[1:]:
        yield Finding(
            f"{each.name} has no base in common with {roots[0].name}: move what they"
            " share there",
            each.module.path,
            each.node.lineno,
        )


@check("ast", f"at most {MOST_ANCESTORS} classes of the service are above a class")
def _shallow(service: Service) -> Iterator[Finding]:
    by_name: dict[str, list[Class]] = {}
    for each in service.classes:
        by_name.setdefault(each.name, []).append(each)
    for each in service.classes:
        line = _longest_line(each, by_name, ())
        if len(line) > MOST_ANCESTORS:
            yield Finding(
                f"{each.name} has {len(line)} ancestors ({', '.join(line)}): compose"
                " instead",
                each.module.path,
                each.node.lineno,
            )


def _longest_line(
    of: Class, by_name: Mapping[str, list[Class]], below: tuple[ast.ClassDef, ...]
) -> list[str]:
    lines: list[list[str]] = [[]]
    for name in of.bases:
        known = [each for each in by_name.get(name, ()) if each.node is not of.node]
        # A name may be used twice; then the one next to it is meant.
        known.sort(key=lambda each: each.module is not of.module)
        for base in known[:1]:
            if base.node not in below:
                above = _longest_line(base, by_name, (*below, of.node))
                lines.append([name, *above])
    return max(lines, key=len)


@check("ast", "no override is hidden from the type checker")
def _honest_overrides(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for number, line in enumerate(module.text.splitlines(), 1):
            if _IGNORE.search(line):
                yield Finding(
                    "hides from the type checker what could be a broken override:"
                    " repair it, or name another error",
                    module.path,
                    number,
                )


def _verifies_overrides(settings: Any) -> bool:  # noqa: ANN401  from TOML
    return (
        isinstance(settings, dict)
        and settings.get("strict") is True
        and "override" not in settings.get("disable_error_code", ())
        and "pydantic.mypy" in settings.get("plugins", ())
    )


@check("ast", f"protocols and abstract classes ask for at most {MOST_METHODS} methods")
def _small_interfaces(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        asked = methods(each.node)
        if "Protocol" not in each.bases:
            asked = list(filter(_abstract, asked))
        if len(asked) > MOST_METHODS:
            yield Finding(
                f"{each.name} asks for {len(asked)} methods: split it",
                each.module.path,
                each.node.lineno,
            )


def _abstract(method: Function) -> bool:
    return "abstractmethod" in map(last_name, method.decorator_list)


@check("ast", "services are given what they use: they make no engine or client")
def _given(service: Service) -> Iterator[Finding]:
    for module in service.services:
        for call in module.calls:
            if last_name(call.func) in _MAKES:
                yield Finding(
                    f"makes its own {last_name(call.func)}: take it as an argument",
                    module.path,
                    call.lineno,
                )


@check("ast", "services import no library for the web, databases or other systems")
def _no_integration(service: Service) -> Iterator[Finding]:
    for module in service.services:
        yield from _integrations(module)


def _integrations(module: Module) -> Iterator[Finding]:
    for name, line in module.imports:
        if name.partition(".")[0] in _INTEGRATIONS:
            yield Finding(
                f"imports {name}: reach it through a repository or a client",
                module.path,
                line,
            )


_SERVICES_APART = contracted(
    "Services know neither HTTP nor SQL",
    "the rules depend neither on the web nor on the database",
)
_DATABASE_TESTS = "tests/integration/test_database.py"

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PAT-02": (_repositories_only.when(lambda service: bool(service.models)),),
    "PAT-03": (
        _unit_of_work.when(_has_tables),
        shipped(
            f"{_DATABASE_TESTS}::test_unit_of_work_commits_at_the_end",
            "a unit of work commits",
        ),
        shipped(
            f"{_DATABASE_TESTS}::test_unit_of_work_that_fails_leaves_nothing",
            "a unit of work that fails leaves nothing",
        ),
    ),
    "PAT-05": (
        _factory,
        asynchronous,
        _common_base,
        contracted(
            "Calls go from the API down to the models",
            "a layer imports only those below it",
        ).when(layered),
        contracted(
            "Inside a domain, calls go from the router down to the models",
            "a layer imports only those below it",
        ).when(domain),
    ),
    "PAT-06": (_shallow,),
    # What is small has room for one purpose.
    "PAT-07": (
        *style.CHECKS["STY-23"],
        *style.CHECKS["STY-24"],
        *style.CHECKS["STY-27"],
    ),
    "PAT-09": (
        toml(
            "tool.mypy",
            _verifies_overrides,
            "is strict, has Pydantic's plugin and checks overrides",
        ),
        _honest_overrides,
    ),
    "PAT-10": (_small_interfaces,),
    "PAT-11": (_SERVICES_APART, _given),
    "PAT-15": (
        _SERVICES_APART,
        contracted(
            "Routers know no database", "routers reach the database through services"
        ),
        _no_integration,
    ),
}
