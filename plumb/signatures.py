"""What routes take and give, and how schemas are set up, told from the code."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plumb.roles import Function
from plumb.service import Class, Module, Service, last_name, route_decorator

_INJECTED = frozenset(
    {"Depends", "Security", "Query", "Path", "Header", "Cookie", "Form", "File"}
)


@dataclass(frozen=True)
class Route:
    """A function that answers requests.

    Attributes:
        module: where it stands.
        function: the function.
        decorator: what makes it answer.
    """

    module: Module
    function: Function
    decorator: ast.Call

    @property
    def method(self) -> str:
        """The method, in lower case."""
        return last_name(self.decorator.func)

    @property
    def taken(self) -> set[str]:
        """The names in the types of its arguments, but for those it has injected."""
        return {
            name
            for argument, default in parameters(self.function)
            if argument.annotation and not _is_injected(argument.annotation, default)
            for name in names(argument.annotation)
        }

    @property
    def answer(self) -> ast.expr | None:
        """The type of its answer."""
        for keyword in self.decorator.keywords:
            if keyword.arg == "response_model":
                return keyword.value
        return self.function.returns

    @property
    def given(self) -> set[str]:
        """The names in the type of its answer."""
        return names(self.answer) if self.answer else set()


def routes(service: Service) -> Iterator[Route]:
    """Yield the routes of a service."""
    for module in service.routers:
        for function in module.functions:
            if decorator := route_decorator(function):
                yield Route(module, function, decorator)


def parameters(function: Function) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the arguments of a function, each with its default."""
    plain = [*function.args.posonlyargs, *function.args.args]
    missing = [None] * (len(plain) - len(function.args.defaults))
    yield from zip(plain, [*missing, *function.args.defaults], strict=True)
    yield from zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)


def names(node: ast.AST) -> set[str]:
    """Return the last part of every name below a node, quoted ones included."""
    found = set()
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Constant(value=str(text)) if text.isidentifier():
                found.add(text)
    return found


def named(classes: Iterable[Class]) -> dict[str, Class]:
    """Return classes by their names."""
    return {each.name: each for each in classes}


def fields(each: Class) -> Iterator[tuple[str, ast.AnnAssign]]:
    """Yield the public fields of a schema."""
    for item in each.node.body:
        match item:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=hint) if (
                not name.startswith("_") and "ClassVar" not in names(hint)
            ):
                yield name, item


def bodies(service: Service) -> list[Class]:
    """Return the schemas of what clients send, those within them included."""
    taken = {name for route in routes(service) for name in route.taken}
    return reached(service, taken)


def answers(service: Service) -> list[Class]:
    """Return the schemas of what clients get, those within them included."""
    given = {name for route in routes(service) for name in route.given}
    return reached(service, given)


def reached(service: Service, start: Iterable[str]) -> list[Class]:
    """Return the schemas with these names, and those that their fields name."""
    known = named(service.schemas)
    found: dict[str, Class] = {}
    waiting = [*start]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found[name] = known[name]
            waiting += known[name].bases
            for _, field in fields(known[name]):
                waiting += names(field.annotation)
    return sorted(found.values(), key=lambda e: (e.module.path, e.node.lineno))


def configured(service: Service, each: Class, key: str) -> object:
    """Return what the configuration of a schema says, bases included; else `None`."""
    known = named(service.classes)
    seen: set[str] = set()
    waiting = [each]
    while waiting:
        current = waiting.pop(0)
        if current.name in seen:
            continue
        seen.add(current.name)
        if key in (own := _configuration(current.node)):
            return own[key]
        waiting += [known[name] for name in current.bases if name in known]
    return None


def _configuration(node: ast.ClassDef) -> dict[str, object]:
    said = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    for item in node.body:
        match item:
            case (
                ast.Assign(targets=[ast.Name(id="model_config")], value=value)
                | ast.AnnAssign(target=ast.Name(id="model_config"), value=value)
            ):
                said |= _pairs(value)
    return {
        key: value.value if isinstance(value, ast.Constant) else value
        for key, value in said.items()
    }


def _pairs(value: ast.expr | None) -> dict[str, ast.expr]:
    match value:
        case ast.Call(keywords=keywords):
            return {keyword.arg: keyword.value for keyword in keywords if keyword.arg}
        case ast.Dict(keys=keys, values=values):
            return {
                key.value: each
                for key, each in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        case _:
            return {}


def _is_injected(hint: ast.expr, default: ast.expr | None) -> bool:
    marks = names(hint) | (names(default) if default else set())
    return bool(marks & _INJECTED)
