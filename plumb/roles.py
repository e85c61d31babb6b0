"""What the parts of a service do, told from its code; what several concerns ask."""

import ast
from collections.abc import Iterator, Mapping

from plumb.service import Class, Module, Service, last_name, route_decorator, within

type Function = ast.FunctionDef | ast.AsyncFunctionDef

_OPERATIONAL = frozenset(
    {"health", "healthcheck", "healthchecks", "metrics", "probes", "root", "status"}
)


def routes(module: Module) -> Iterator[Function]:
    """Yield the functions of a module that answer requests."""
    return filter(route_decorator, module.functions)


def provided(service: Service) -> frozenset[str]:
    """Return the names that `Depends` and `Security` are given."""
    return frozenset(
        last_name(call.args[0])
        for module in service.modules
        for call in module.calls
        if last_name(call.func) in {"Depends", "Security"} and call.args
    )


def applications(service: Service) -> list[tuple[Module, ast.Call]]:
    """Return the places that make a FastAPI application."""
    return [
        (module, call)
        for module in service.modules
        for call in module.calls
        if last_name(call.func) == "FastAPI"
    ]


def resource_routers(service: Service) -> list[Module]:
    """Return the modules with the routes of resources, not those of operations."""
    return [
        module
        for module in service.routers
        if not _OPERATIONAL.intersection(module.parts) and any(routes(module))
    ]


def top_level(module: Module) -> Iterator[Function]:
    """Yield the functions of a module itself, without methods and nested ones."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def held(module: Module) -> frozenset[int]:
    """Return the identities of the calls whose results a context manager closes.

    That is `with`, an exit stack, or a class that closes its attribute when it is left.
    """
    found: set[int] = set()
    for node in module.nodes:
        match node:
            case ast.With(items=items) | ast.AsyncWith(items=items):
                found |= {id(item.context_expr) for item in items}
            case ast.Call(func=func, args=[opened]) if last_name(func) in {
                "enter_async_context",
                "enter_context",
            }:
                found.add(id(opened))
            case ast.ClassDef():
                found.update(_closed_on_exit(node))
    return frozenset(found)


def _closed_on_exit(node: ast.ClassDef) -> Iterator[int]:
    closed = {
        ast.unparse(call.func.value)
        for method in methods(node)
        if method.name in {"__aexit__", "__exit__"}
        for call in ast.walk(method)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in {"aclose", "close"}
    }
    for each in ast.walk(node):
        if isinstance(each, ast.Assign) and closed & set(
            map(ast.unparse, each.targets)
        ):
            opened = each.value
            yield id(opened.value if isinstance(opened, ast.Await) else opened)


def arguments(function: Function) -> list[ast.arg]:
    """Return every argument of a function, `self` and `*args` included."""
    listed = function.args
    several = [each for each in (listed.vararg, listed.kwarg) if each]
    return [*listed.posonlyargs, *listed.args, *listed.kwonlyargs, *several]


def methods(node: ast.ClassDef) -> list[Function]:
    """Return the functions that a class defines."""
    return [
        each
        for each in node.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def reached(
    function: Function, own: Mapping[str, Function], seen: frozenset[str] = frozenset()
) -> Iterator[ast.Call]:
    """Yield the calls of a method, and of those of its class that it calls."""
    for call in _calls(function):
        yield call
        match call.func:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if (
                name in own and name not in seen
            ):
                yield from reached(own[name], own, seen | {name})


def is_step(service: Service, module: Module, name: str) -> bool:
    """Whether a method of a service is part of what others do, who commit.

    Only services call it, of those who know the module, and each commits.
    """
    callers = [
        (other, each)
        for other in service.modules
        if other is not module and any(imported_of(other, frozenset({module.name})))
        for each in _units(other)
        if name in {_called(call) for call in each}
    ]
    return bool(callers) and all(
        other in service.services and "commit" in {last_name(c.func) for c in each}
        for other, each in callers
    )


def _units(module: Module) -> Iterator[list[ast.Call]]:
    """Yield the calls of each method with those it reaches, and of other functions."""
    inside: set[Function] = set()
    for node in module.classes:
        own = {each.name: each for each in methods(node)}
        inside |= set(own.values())
        yield from ([*reached(each, own)] for each in own.values())
    for function in module.functions:
        if function not in inside:
            yield [*_calls(function)]


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def generic(node: ast.ClassDef) -> bool:
    """Whether a class has type parameters, in either syntax."""
    return bool(node.type_params) or any(
        last_name(base) in {"Generic", "Protocol"} and isinstance(base, ast.Subscript)
        for base in node.bases
    )


def base_repositories(service: Service) -> list[Class]:
    """Return the generic classes that repositories descend from."""
    return [
        each
        for each in service.classes
        if "repository" in each.name.lower() and generic(each.node)
    ]


def places(*groups: list[Module]) -> frozenset[str]:
    """Return the names of all modules in some lists."""
    return frozenset(module.name for group in groups for module in group)


def imported_of(module: Module, targets: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield what a module imports that is, or is in, a target, each with its line."""
    for name, line in module.imports:
        if within(name, targets):
            yield name, line


def modules_of(classes: list[Class]) -> list[Module]:
    """Return the modules that define some classes, each once."""
    return list({each.module.path: each.module for each in classes}.values())
