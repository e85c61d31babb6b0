"""How parts of a service get what they work with (DIN)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.imports import contracted
from plumb.kinds import calls, shipped
from plumb.roles import Function, arguments, methods, routes
from plumb.service import Class, Module, Service, last_name

_DATABASE = "tests/integration/test_database.py"
_MADE = ("Client", "Database", "Repository", "Service", "Session", "UnitOfWork")
_STATE = frozenset(
    {"AsyncClient", "AsyncIOMotorClient", "AsyncMongoClient", "Client", "ClientSession"}
    | {"Redis", "ProcessPoolExecutor", "ThreadPoolExecutor", "from_url", "get_settings"}
    | {"async_sessionmaker", "sessionmaker", "create_engine", "create_async_engine"}
    | {"AsyncSession", "Session", "scoped_session", "async_scoped_session"}
)


def _provided(service: Service) -> dict[str, ast.Call]:
    """Return the names that `Depends` and `Security` are given, each with a call."""
    return {
        last_name(call.args[0]): call
        for module in service.modules
        for call in calls(module.tree)
        if last_name(call.func) in {"Depends", "Security"} and call.args
    }


def _providers(service: Service) -> Iterator[tuple[Module, Function]]:
    names = _provided(service).keys()
    for module in service.modules:
        for function in module.functions:
            if function.name in names:
                yield module, function


def _services(service: Service) -> Iterator[Class]:
    for each in service.classes:
        if each.module in service.services and each.name.endswith("Service"):
            yield each


@check("ast", "routes get what they work with by `Depends`, and make none of it")
def _injected(service: Service) -> Iterator[Finding]:
    if service.routers and not _provided(service):
        yield Finding("nothing is injected: use Depends")
    own = {each.name for each in service.classes}
    for module in service.routers:
        for route in routes(module):
            for call in calls(route):
                name = last_name(call.func)
                if name.endswith(_MADE) and name[:1].isupper() and name in own | _STATE:
                    yield Finding(
                        f"{route.name} makes its own {name}: inject it by Depends",
                        module.path,
                        call.lineno,
                    )


@check("ast", "each service is made by a function, which `Depends` names")
def _factories(service: Service) -> Iterator[Finding]:
    made = set(_provided(service))
    for module, function in _providers(service):
        if function.returns is None:
            yield Finding(
                f"{function.name} does not say what it returns",
                module.path,
                function.lineno,
            )
            continue
        made |= {
            last_name(node)
            for node in ast.walk(function.returns)
            if isinstance(node, ast.expr)
        }
    for each in _services(service):
        if each.name not in made:
            yield Finding(
                f"no dependency returns {each.name}: add a function that makes it",
                each.module.path,
                each.node.lineno,
            )


@check("ast", "a dependency that yields cleans up, whatever happens")
def _cleaned_up(service: Service) -> Iterator[Finding]:
    yielding = False
    for module, function in _providers(service):
        safe = {
            id(node)
            for block in ast.walk(function)
            if isinstance(block, ast.With | ast.AsyncWith)
            or (isinstance(block, ast.Try) and block.finalbody)
            for node in ast.walk(block)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Yield):
                yielding = True
                if id(node) not in safe:
                    yield Finding(
                        f"{function.name} yields outside of a with or a try with finally",
                        module.path,
                        node.lineno,
                    )
    if service.models and not yielding:
        yield Finding("no dependency yields: sessions are never closed by one")


@check(
    "ast", "a service gets its collaborators through its constructor, with their types"
)
def _constructed(service: Service) -> Iterator[Finding]:
    for each in _services(service):
        for method in methods(each.node):
            if method.name != "__init__":
                continue
            for argument in arguments(method)[1:]:
                if argument.annotation is None:
                    yield Finding(
                        f"{each.name} takes {argument.arg} without a type",
                        each.module.path,
                        method.lineno,
                    )
        for call in calls(each.node):
            name = last_name(call.func)
            if name in _STATE or (name[:1].isupper() and name.endswith(_MADE)):
                yield Finding(
                    f"{each.name} makes its own {name}: take it as an argument",
                    each.module.path,
                    call.lineno,
                )


@check("ast", "no module holds an engine, a client, a session or settings")
def _no_globals(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.tree.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            value = node.value
            while isinstance(value, ast.Await):
                value = value.value
            if isinstance(value, ast.Call):
                name = last_name(value.func)
                if name in _STATE | {
                    each.name for each in service.subclasses("BaseSettings")
                }:
                    yield Finding(
                        f"{name} is called at import: do it in the lifespan",
                        module.path,
                        node.lineno,
                    )
        for inner in module.nodes:
            if isinstance(inner, ast.Global):
                yield Finding(
                    f"changes {', '.join(inner.names)} of the module: keep it in app.state",
                    module.path,
                    inner.lineno,
                )


@check("ast", "tests put others in the place of dependencies")
def _overridden(service: Service) -> Iterator[Finding]:
    for module in service.tests:
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and node.attr == "dependency_overrides":
                return
    yield Finding("no test uses app.dependency_overrides", "tests")


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "DIN-01": (_injected,),
    "DIN-02": (
        shipped(
            f"{_DATABASE}::test_settings_choose_the_database_of_a_request",
            "a request's repositories work on the database that the settings name",
        ),
    ),
    "DIN-03": (_factories,),
    "DIN-04": (
        _cleaned_up,
        shipped(
            f"{_DATABASE}::test_unit_of_work_gives_its_connection_back",
            "a connection is given back after an error",
        ),
    ),
    "DIN-06": (
        _constructed,
        contracted(
            "Services know neither HTTP nor SQL",
            "services depend on the kernel's interfaces, on no library behind them",
        ),
    ),
    "DIN-07": (_no_globals,),
    "DIN-08": (_overridden,),
}
