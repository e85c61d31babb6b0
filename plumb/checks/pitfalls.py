"""What goes wrong again and again (PIT)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.concurrency import (
    no_blocking_imports,
    no_loop_in_a_loop,
    not_blocking,
)
from plumb.checks.performance import LIMITS
from plumb.checks.security import CHECKS as SECURITY
from plumb.imports import cycles
from plumb.kinds import calls, rules, shipped
from plumb.roles import Function, resource_routers, top_level
from plumb.roles import routes as routes_of
from plumb.service import Module, Service, assigned, last_name, route_decorator

_MOST_STATEMENTS = 10
_RESOURCES = frozenset(
    {"AsyncClient", "Client", "ClientSession", "Redis", "async_sessionmaker"}
    | {"create_async_engine", "create_engine", "from_url", "get_settings"}
    | {"load_settings", "scoped_session", "sessionmaker"}
)
_COLLECTIONS = frozenset(
    {"Counter", "OrderedDict", "WeakKeyDictionary", "WeakValueDictionary", "bytearray"}
    | {"defaultdict", "deque", "dict", "list", "set"}
)
_CHANGES = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop"}
    | {"popitem", "remove", "setdefault", "update"}
)


@check("ast", "routes, and what stands beside them, neither decide nor loop")
def _no_rules_in_routes(service: Service) -> Iterator[Finding]:
    for module in resource_routers(service):
        for function in _answering(module):
            statements = [
                node for node in ast.walk(function) if isinstance(node, ast.stmt)
            ]
            found = [node for node in ast.walk(function) if _decides(node)]
            if found or len(statements) - 1 > _MOST_STATEMENTS:
                line = getattr(found[0], "lineno", 0) if found else function.lineno
                yield Finding(
                    f"{function.name} decides by itself: move the rule into a service",
                    module.path,
                    line,
                )


def _answering(module: Module) -> Iterator[Function]:
    """Yield the routes of a module and their helpers, without what is injected."""
    injected = {
        last_name(argument)
        for call in module.calls
        if last_name(call.func) in {"Depends", "Security"}
        for argument in call.args
    }
    yield from routes_of(module)
    for function in top_level(module):
        holds_routes = any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and route_decorator(node)
            for node in ast.walk(function)
        )
        if function.name not in injected and not holds_routes:
            yield function


def _decides(node: ast.AST) -> bool:
    match node:
        # What is streamed has to be yielded by the route.
        case ast.AsyncFor(body=[ast.Expr(value=ast.Yield())]):
            return False
    branches = ast.If | ast.IfExp | ast.Match | ast.BoolOp
    loops = ast.For | ast.AsyncFor | ast.While
    filters = isinstance(node, ast.comprehension) and bool(node.ifs)
    return filters or isinstance(node, branches | loops)


@check("ast", "no resource, setting or collection that changes lives in a module")
def _no_global_state(service: Service) -> Iterator[Finding]:
    settings = {each.name for each in service.subclasses("BaseSettings")}
    for module in service.modules:
        for node in module.nodes:
            if isinstance(node, ast.Global):
                yield Finding(
                    f"changes {', '.join(node.names)} of the module: keep it in an"
                    " object that is handed on",
                    module.path,
                    node.lineno,
                )
        changed = _changed(module)
        for item in module.tree.body:
            for call in calls(item) if assigned(item) else ():
                if last_name(call.func) in _RESOURCES | settings:
                    yield Finding(
                        f"{last_name(call.func)} runs when the module is imported: make"
                        " it in the application's lifespan",
                        module.path,
                        item.lineno,
                    )
            if _is_mutable(getattr(item, "value", None)):
                for name in assigned(item):
                    is_constant = name.strip("_").isupper() and name not in changed
                    if not is_constant and not name.startswith("__"):
                        yield Finding(
                            f"{name} can be changed from everywhere: hand it on, or"
                            " name it as the constant that it is",
                            module.path,
                            item.lineno,
                        )


def _is_mutable(value: ast.expr | None) -> bool:
    match value:
        case ast.Dict() | ast.List() | ast.Set():
            return True
        case ast.DictComp() | ast.ListComp() | ast.SetComp():
            return True
        case ast.Call(func=func):
            return last_name(func) in _COLLECTIONS
        case _:
            return False


def _changed(module: Module) -> set[str]:
    """Return the names of what is changed in place."""
    found = set()
    for node in module.nodes:
        match node:
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                found.add(last_name(value))
            case ast.Call(func=ast.Attribute(value=value, attr=verb)) if (
                verb in _CHANGES
            ):
                found.add(last_name(value))
            case ast.AugAssign(target=ast.Name(id=name)):
                found.add(name)
    return found


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PIT-01": (check("contract", "no two packages import each other")(cycles),),
    "PIT-02": (_no_rules_in_routes,),
    "PIT-03": (rules("B006"),),
    "PIT-04": (not_blocking, no_blocking_imports),
    "PIT-05": (_no_global_state,),
    "PIT-06": (*SECURITY["SEC-01"], *SECURITY["SEC-02"]),
    "PIT-07": (no_loop_in_a_loop,),
    "PIT-10": (
        shipped(
            f"{LIMITS}::test_answer_that_has_begun_is_not_cut_off",
            "an answer that has begun may take longer than a request",
        ),
    ),
}
