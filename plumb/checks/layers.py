"""Who may call whom, and what each layer does (LAY)."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from plumb.check import Check, Finding, check, domain, layered
from plumb.description import schema_of
from plumb.imports import contracted, cycles
from plumb.kinds import calls, openapi, operations, path, shipped, violations
from plumb.roles import (
    Function,
    arguments,
    imported_of,
    is_step,
    methods,
    modules_of,
    places,
    reached,
    resource_routers,
    routes,
    top_level,
)
from plumb.service import Module, Service, last_name

_DATABASE = frozenset(
    {
        "aiosqlite",
        "asyncpg",
        "databases",
        "motor",
        "psycopg",
        "psycopg2",
        "pymongo",
        "sqlalchemy",
        "sqlmodel",
        "tortoise",
    }
)
_HTTP = frozenset({"aiohttp", "django", "fastapi", "flask", "http", "starlette"})
_PUBLISHED = frozenset(
    {
        "dependencies",  # they hand out its service
        "entities",
        "enums",
        "errors",
        "events",
        "exceptions",
        "interfaces",
        "protocols",
        "schemas",
        "service",
        "services",
        "types",
    }
)
# Packages that are no domains, whose modules all may use, and which may use all.
_COMMON = frozenset(
    {"api", "audit", "common", "core", "database", "db", "middleware", "shared"}
    | {"utils"}
)
_WRITES = frozenset({"add", "create", "delete", "insert", "save", "update", "upsert"})
_ENDS = frozenset({"atomic", "begin", "commit", "transaction", "transactional"})
_STORE = re.compile(
    r"(repos?(itor(y|ies))?|session|crud|dao|uow|unit_?of_?work)\b", re.I
)
_TOGETHER = frozenset(
    {"as_completed", "create_task", "ensure_future", "gather", "shield", "wait_for"}
)
_LONGEST_ROUTE = 15
_BRANCHES_OF_A_ROUTE = 5


def _libraries(module: Module, names: frozenset[str]) -> Iterator[tuple[str, int]]:
    return (each for each in module.imports if each[0].partition(".")[0] in names)


@check("ast", "routers, services, repositories and models import only downwards")
def _downwards(service: Service) -> Iterator[Finding]:
    layers = [
        service.routers,
        service.services,
        service.repositories,
        modules_of(service.models),
    ]
    for height, layer in enumerate(layers):
        above = places(*layers[:height]) - places(*layers[height:])
        for module in layer:
            for name, line in imported_of(module, above):
                said = f"imports {name}, a layer above; calls go downwards only"
                yield Finding(said, module.path, line)


def _domains_have(*parts: str) -> Check:
    """Demand a module or package for each part of each domain; `a|b` takes either."""

    @check("path", f"each domain has {', '.join(p.split('|')[0] for p in parts)}")
    def judge(service: Service) -> Iterator[Finding]:
        for name in service.domains:
            folder = f"{{package}}/{name}"
            for part in parts:
                names = part.split("|")
                if not any(
                    service.has(f"{folder}/{each}.py")
                    or service.has(f"{folder}/{each}/__init__.py")
                    for each in names
                ):
                    said = f"the domain has no {names[0]}.py"
                    yield Finding(said, service.resolve(folder))

    return judge


@check("ast", "a module holds one service")
def _one_service_each(service: Service) -> Iterator[Finding]:
    if service.layout == "layered" and not service.has("{package}/service*"):
        yield Finding("has no package of services", service.resolve("{package}"))
    for module in service.services:
        named = [each for each in module.classes if each.name.endswith("Service")]
        for node in named[1:]:
            said = f"{node.name} is a second service here; give it a module"
            yield Finding(said, module.path, node.lineno)


@check("ast", "a domain imports only the service and the schemas of another")
def _published_only(service: Service) -> Iterator[Finding]:
    modules = {module.name for module in service.modules}
    packages = {name.rpartition(".")[0] for name in modules}
    for module in service.modules:
        own = next(iter(module.parts), "")
        for name, line in module.imports:
            package, other, part, *_ = [*name.split("."), "", ""]
            if (
                package == service.package
                and own != other
                and own not in _COMMON
                and (len(module.parts) > 1 or module.path.endswith("__init__.py"))
                and f"{package}.{other}" in packages
                and other not in _COMMON
                and f"{package}.{other}.{part}" in modules
                and part not in _PUBLISHED
            ):
                said = f"imports {name}, an internal of {other}; ask its service"
                yield Finding(said, module.path, line)


def _of_routes(
    rule: str,
) -> Callable[[Callable[[Function], Iterator[tuple[int, str]]]], Check]:
    """Make a check of a function that yields lines and faults of one route."""

    def decorate(faults: Callable[[Function], Iterator[tuple[int, str]]]) -> Check:
        @check("ast", rule)
        def judge(service: Service) -> Iterator[Finding]:
            for module in service.routers:
                for function in routes(module):
                    for line, said in faults(function):
                        yield Finding(f"{function.name} {said}", module.path, line)

        return judge

    return decorate


@_of_routes(
    f"a route has at most {_LONGEST_ROUTE} statements, and awaits one thing it was given"
)
def _thin_routes(function: Function) -> Iterator[tuple[int, str]]:
    size = sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 1
    if size > _LONGEST_ROUTE:
        said = f"has {size} statements, more than {_LONGEST_ROUTE}; use a service"
        yield function.lineno, said
    raw = {"Request", "Response", "UploadFile", "WebSocket"}
    given = {
        each.arg
        for each in arguments(function)
        if not (each.annotation and last_name(each.annotation) in raw)
    }
    awaited = [
        call
        for call in _awaited(function)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in given
    ]
    for node in awaited[1:]:
        yield node.lineno, "awaits a second call; let one method of a service do both"


def _awaited(function: Function) -> list[ast.Call]:
    """Return the calls that are awaited, alone or several at once, in their order."""
    found: dict[ast.Call, None] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            found[node.value] = None
        elif isinstance(node, ast.Call) and last_name(node.func) in _TOGETHER:
            found |= dict.fromkeys(call for each in node.args for call in calls(each))
    return list(found)


@_of_routes("a route raises no error: what may be done is decided in a service")
def _routes_raise_nothing(function: Function) -> Iterator[tuple[int, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Raise):
            yield node.lineno, "raises; let the service decide what is refused"


@check("ast", "modules with routes import neither repositories nor models")
def _routers_without_data(service: Service) -> Iterator[Finding]:
    data = places(service.repositories, modules_of(service.models))
    for module in service.routers:
        for name, line in imported_of(module, data - places(service.routers)):
            yield Finding(f"imports {name}: ask a service instead", module.path, line)


@check("ast", "modules with routes import no database library")
def _routers_without_database(service: Service) -> Iterator[Finding]:
    for module in service.routers:
        for name, line in _libraries(module, _DATABASE):
            yield Finding(f"imports {name}: ask a service instead", module.path, line)


@check("ruff", f"no route has more than {_BRANCHES_OF_A_ROUTE} branches (C901)")
def _simple_routes(service: Service) -> Iterator[Finding]:
    if service.routers:
        yield from violations(
            service,
            "--select=C901",
            f"--config=lint.mccabe.max-complexity={_BRANCHES_OF_A_ROUTE}",
            *(module.path for module in service.routers),
        )


@openapi("each operation says its status, and the schema of what goes in and out")
def _described(document: Mapping[str, object]) -> Iterator[Finding]:
    for address, method, operation in operations(document):
        place = f"{method.upper()} {address}"
        responses = operation.get("responses", {})
        successes = {code: r for code, r in responses.items() if code[0] in "23"}
        if not successes:
            yield Finding(f"{place} says no status of success")
        for code, response in successes.items():
            if code[0] == "2" and code != "204" and not _has_schema(response):
                yield Finding(f"{place} has no schema for what it answers with {code}")
        body = operation.get("requestBody")
        if body is not None and not _has_schema(body):
            yield Finding(f"{place} has no schema for its body")


def _has_schema(described: Mapping[str, Mapping[str, Mapping[str, object]]]) -> bool:
    content = described.get("content", {})
    return bool(content) and all(map(schema_of, content.values()))


@check("ast", "the rules are methods of a class in each module of services")
def _rules_in_classes(service: Service) -> Iterator[Finding]:
    for module in service.services:
        if not any(map(methods, module.classes)):
            yield Finding("defines no class with rules", module.path)
        for function in top_level(module):
            if not function.name.startswith("_"):
                said = f"{function.name} is a loose function; make it a method"
                yield Finding(said, module.path, function.lineno)


@check("ast", "neither routes nor repositories commit or roll back")
def _services_commit(service: Service) -> Iterator[Finding]:
    for module in [*service.routers, *service.repositories]:
        for call in module.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in {
                "commit",
                "rollback",
            }:
                said = f"calls {call.func.attr}(); a transaction is its service's"
                yield Finding(said, module.path, call.lineno)


@check(
    "ast",
    "a method of a service that writes ends the transaction, or all that call it do",
)
def _writers_commit(service: Service) -> Iterator[Finding]:
    for module in service.services:
        for node in module.classes:
            own = {each.name: each for each in methods(node)}
            stores = _stores(own.values())
            for name, function in own.items():
                called = list(reached(function, own))
                ends = {last_name(c.func) for c in called}
                ends |= set(map(last_name, function.decorator_list))
                if name.startswith("_") or ends & _ENDS:
                    continue
                for call in called:
                    if _writes(call, stores) and not is_step(service, module, name):
                        said = (
                            f"{name} calls {last_name(call.func)}() and never commits"
                        )
                        yield Finding(said, module.path, call.lineno)


def _stores(functions: Iterable[Function]) -> set[str]:
    """Return the attributes that hold a repository or a session."""
    found = set()
    for function in functions:
        kinds = {
            each.arg: ast.unparse(each.annotation)
            for each in arguments(function)
            if each.annotation
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                value = ast.unparse(node.value)
                if _STORE.search(kinds.get(value, value)):
                    found |= set(map(ast.unparse, node.targets))
    return found


def _writes(call: ast.Call, stores: set[str]) -> bool:
    """Whether a call changes what is stored."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _WRITES:
        return False
    held = ast.unparse(call.func.value)
    return held in stores or _STORE.search(held) is not None


@check("ast", "a service is given what it works with, and makes no session or settings")
def _injectable(service: Service) -> Iterator[Finding]:
    makers = {"AsyncSession", "Session", "async_sessionmaker", "sessionmaker"}
    makers |= {"create_engine", "create_async_engine", "get_settings", "Settings"}
    for module in service.services:
        for node in module.classes:
            if not node.name.endswith("Service"):
                continue
            inits = [each for each in methods(node) if each.name == "__init__"]
            given = [each for init in inits for each in arguments(init)[1:]]
            if (inits or not node.bases) and not any(a.annotation for a in given):
                said = f"{node.name} is given nothing; pass it what it works with"
                yield Finding(said, module.path, node.lineno)
        for call in module.calls:
            if (name := last_name(call.func)) in makers:
                said = f"calls {name}() itself; let it be passed in"
                yield Finding(said, module.path, call.lineno)


@check("ast", "routes reach a service, directly or as a dependency")
def _routes_call_services(service: Service) -> Iterator[Finding]:
    services = places(service.services)
    between = places(
        [
            module
            for module in service.modules
            if module.parts
            and module.parts[-1].endswith(("dependencies", "deps"))
            and any(imported_of(module, services))
        ]
    )
    for module in resource_routers(service):
        if not any(imported_of(module, services | between)):
            yield Finding("has routes that call no service", module.path)


@check("ast", "modules with services import nothing of HTTP")
def _services_without_http(service: Service) -> Iterator[Finding]:
    for module in service.services:
        for name, line in _libraries(module, _HTTP):
            said = f"imports {name}: raise an error of your own, return plain data"
            yield Finding(said, module.path, line)


_ROUTERS_KNOW_NO_DATABASE = contracted(
    "Routers know no database", "routers reach neither the database nor its modules"
)
_EXAMPLE = "tests/integration/test_orders.py"


def _with_orders(service: Service) -> bool:
    return service.has(_EXAMPLE) or not service.generated


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "LAY-01": (
        _downwards.when(layered),
        contracted(
            "Calls go from the API down to the models",
            "a layer imports only those below it",
        ).when(layered),
    ),
    "LAY-02": (
        _domains_have(
            "models|model",
            "schemas|schema",
            "service|services",
            "router|routers|routes|views",
            "repository|repositories|crud",
            "dependencies|deps",
        ).when(domain),
        _downwards.when(domain),
        contracted(
            "Inside a domain, calls go from the router down to the models",
            "in a domain, too, calls go one way",
        ).when(domain),
    ),
    "LAY-03": (
        _published_only.when(domain),
        check("contract", "imports between packages form no circle")(cycles).when(
            domain
        ),
        contracted(
            "Domains do not depend on each other in circles",
            "imports between domains go one way",
        ).when(domain),
    ),
    "LAY-07": (
        path(
            "{package}/api/dependencies.py|{package}/api/deps.py"
            "|{package}/dependencies.py|{package}/routers/dependencies.py"
        ).when(layered),
        _domains_have("dependencies|deps").when(domain),
    ),
    "LAY-08": (_one_service_each, _routes_call_services),
    "LAY-41": (_thin_routes,),
    "LAY-42": (_routers_without_data, _ROUTERS_KNOW_NO_DATABASE),
    "LAY-43": (_routers_without_database, _ROUTERS_KNOW_NO_DATABASE),
    "LAY-44": (_simple_routes,),
    "LAY-45": (_described,),
    "LAY-46": (_rules_in_classes,),
    "LAY-47": (
        _routes_raise_nothing,
        shipped(
            f"{_EXAMPLE}::test_place_order_without_lines_is_a_conflict",
            "a service refuses what fits the schema but breaks a rule",
        ).when(_with_orders),
    ),
    "LAY-50": (
        _services_commit,
        _writers_commit,
        shipped(
            "tests/integration/test_database.py"
            "::test_unit_of_work_that_fails_leaves_nothing",
            "what fails halfway leaves nothing behind",
        ),
    ),
    "LAY-51": (_injectable, _routes_call_services),
    "LAY-52": (
        _services_without_http,
        contracted(
            "Services know neither HTTP nor SQL", "services import nothing of either"
        ),
    ),
}
