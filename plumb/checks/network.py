"""What a service lets in, and what it tells browsers (NET)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.performance import LIMITS, uses
from plumb.kinds import calls, rules, shipped
from plumb.roles import Function, routes
from plumb.service import Module, Service, last_name

_SHAPELESS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "Any", "object"})
_TOO_LARGE = frozenset(
    {"CONTENT_TOO_LARGE", "REQUEST_ENTITY_TOO_LARGE", "RequestBodyLimitMiddleware"}
    | {"HTTP_413_CONTENT_TOO_LARGE", "HTTP_413_REQUEST_ENTITY_TOO_LARGE"}
)
_INJECTED = frozenset({"Depends", "Security"})


@check("ast", "routes take what comes in through schemas, not raw")
def _typed_input(service: Service) -> Iterator[Finding]:
    for module in service.routers:
        for route in routes(module):
            yield from _shapeless(module, route)
            yield from _read_raw(module, route)


def _shapeless(module: Module, route: Function) -> Iterator[Finding]:
    for argument, default in _arguments(route):
        hint, *marks = _unwrapped(argument.annotation)
        injected = any(
            mark and last_name(mark) in _INJECTED for mark in [*marks, default]
        )
        if hint is not None and last_name(hint) in _SHAPELESS and not injected:
            yield Finding(
                f"{route.name} takes {argument.arg} as {ast.unparse(hint)}:"
                " give it a schema",
                module.path,
                argument.lineno,
            )


def _read_raw(module: Module, route: Function) -> Iterator[Finding]:
    requests = {
        argument.arg
        for argument, _ in _arguments(route)
        if argument.annotation and last_name(argument.annotation) == "Request"
    }
    for call in calls(route):
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr="json" | "form") if (
                name in requests
            ):
                yield Finding(
                    f"{route.name} reads the body by itself: declare a schema",
                    module.path,
                    call.lineno,
                )


def _arguments(route: Function) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    plain = [*route.args.posonlyargs, *route.args.args]
    missing = [None] * (len(plain) - len(route.args.defaults))
    yield from zip(plain, [*missing, *route.args.defaults], strict=True)
    yield from zip(route.args.kwonlyargs, route.args.kw_defaults, strict=True)


def _unwrapped(hint: ast.expr | None) -> list[ast.expr | None]:
    """Return the type and the marks of `Annotated[type, mark, ...]`."""
    match hint:
        case ast.Subscript(value=outer, slice=ast.Tuple(elts=parts)) if (
            last_name(outer) == "Annotated"
        ):
            return [*parts]
        case _:
            return [hint]


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "NET-07": (
        uses(
            _TOO_LARGE,
            "bodies that are too large are refused",
            "nothing limits the size of a body",
        ),
        shipped(
            f"{LIMITS}::test_body_above_the_limit_is_refused",
            "a body above the limit is refused, whether its length is announced or not",
        ),
    ),
    "NET-15": (
        _typed_input,
        rules("S602", "S604", "S605", "S608", "S701"),
        shipped(
            "tests/integration/test_application.py"
            "::test_invalid_request_does_not_echo_its_input",
            "input that does not fit its schema is refused",
        ),
    ),
    "NET-16": (rules("S102", "S307"),),
}
