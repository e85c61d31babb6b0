"""How parts of a service get what they work with (DIN)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.authentication import FORBIDDEN, secured, with_accounts
from plumb.imports import contracted
from plumb.kinds import calls, shipped
from plumb.roles import Function, arguments, methods, provided, routes, top_level
from plumb.service import Class, Module, Service, last_name

_DATABASE = "tests/integration/test_database.py"
_MADE = ("Client", "Database", "Repository", "Service", "Session", "UnitOfWork")
_SETTINGS = frozenset({"get_settings"})
_STATE = _SETTINGS | frozenset(
    {"AsyncClient", "AsyncIOMotorClient", "AsyncMongoClient", "Client", "ClientSession"}
    | {"Redis", "ProcessPoolExecutor", "ThreadPoolExecutor", "from_url"}
    | {"async_sessionmaker", "sessionmaker", "create_engine", "create_async_engine"}
    | {"AsyncSession", "Session", "scoped_session", "async_scoped_session"}
)

_ANY = ast.Name("Any")
_EMPTY = frozenset({"Counter", "defaultdict", "deque", "dict", "list", "set"})


def _providers(service: Service) -> Iterator[tuple[Module, Function]]:
    names = provided(service)
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
    if service.routers and not provided(service):
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
    made = set(provided(service))
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
                if last_name(argument.annotation or _ANY) in {"Any", "object"}:
                    yield Finding(
                        f"{each.name} takes {argument.arg} without a type that says"
                        " what it is",
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


@check("ast", "no module or cache holds an engine, a client, a session or other state")
def _no_globals(service: Service) -> Iterator[Finding]:
    settings = {each.name for each in service.subclasses("BaseSettings")}
    makers = _makers(service, settings)
    celery = _makers_of_celery(service)
    for module in service.modules:
        for node in module.tree.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            value = node.value
            while isinstance(value, ast.Await):
                value = value.value
            if isinstance(value, ast.Call) and last_name(value.func) in makers - celery:
                said = f"{last_name(value.func)} is called at import"
                yield Finding(
                    f"{said}: do it in the lifespan", module.path, node.lineno
                )
            elif _is_empty(value):
                said = f"{ast.unparse(node)} is filled later: keep it in app.state"
                yield Finding(said, module.path, node.lineno)
        for said, line in _kept(module, makers - _SETTINGS - settings):
            yield Finding(f"{said}: keep it in app.state", module.path, line)


def _kept(module: Module, makers: set[str]) -> Iterator[tuple[str, int]]:
    """Yield what functions keep from call to call, each with its line."""
    for function in module.functions:
        if {"cache", "lru_cache"} & set(map(last_name, function.decorator_list)):
            for call in calls(function):
                if (name := last_name(call.func)) in makers:
                    yield f"{function.name} keeps {name} in a cache", call.lineno
    for node in module.nodes:
        if isinstance(node, ast.Global):
            yield f"changes {', '.join(node.names)} of the module", node.lineno


def _makers(service: Service, settings: set[str]) -> set[str]:
    """Return what makes state when it is called: libraries, and code that calls them."""
    makers = {*_STATE, *settings}
    own = [
        node
        for module in service.modules
        for node in module.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return makers | {
        node.name
        for node in own
        if any(last_name(call.func) in makers for call in calls(node))
    }


def _makers_of_celery(service: Service) -> set[str]:
    """Return the functions that make Celery's application, which it finds in a module."""
    return {
        function.name
        for module in service.modules
        for function in top_level(module)
        if function.returns is not None and last_name(function.returns) == "Celery"
    }


def _is_empty(value: ast.expr | None) -> bool:
    """Whether this is something to be filled: `{}`, `[]`, `set()`."""
    match value:
        case ast.Dict(keys=[]) | ast.List(elts=[]):
            return True
        case ast.Call(args=[], keywords=[]):
            return last_name(value.func) in _EMPTY
        case ast.Call(func=func):
            return last_name(func) == "defaultdict"
        case _:
            return False


@check("ast", "tests put others in the place of dependencies")
def _overridden(service: Service) -> Iterator[Finding]:
    for module in service.tests:
        for node in module.nodes:
            # One that is only assigned is emptied.
            match node:
                case ast.Attribute(attr="dependency_overrides", ctx=ast.Load()):
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
    "DIN-05": (FORBIDDEN,),
    "DIN-06": (
        _constructed,
        contracted(
            "Services know neither HTTP nor SQL",
            "services depend on the kernel's interfaces, on no library behind them",
        ),
    ),
    "DIN-07": (_no_globals,),
    "DIN-08": (_overridden,),
    "DIN-09": (secured.when(with_accounts), FORBIDDEN),
}
