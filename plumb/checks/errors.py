"""What goes wrong, and what clients are told of it (ERR)."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus

from plumb.check import Check, Finding, check, depends_on
from plumb.kinds import calls, rules, shipped
from plumb.roles import Function, methods
from plumb.service import Class, Module, Service, assigned, last_name
from plumb.signatures import Route, names, parameters, routes
from plumb.tables import ancestors

_BUILT_IN = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
# A service that is not set up, or not migrated, does not start, so no client sees why.
_BEFORE_START = frozenset(
    {"cli", "commands", "config", "migrating", "migrations", "settings"}
)
_USUAL = {
    "NotFoundError": r"NotFound|DoesNotExist",
    "ConflictError": r"Conflict|AlreadyExists|Duplicate",
    "DomainValidationError": r"Validation|Unprocessable",
    "UnauthorizedError": r"Unauthori[sz]ed|Unauthenticated|Authentication",
    "ForbiddenError": r"Forbidden|PermissionDenied|AccessDenied",
    "BadRequestError": r"BadRequest",
}
_CODES = {
    r"Conflict": "CONFLICT",
    r"(?<!Request)Validation": "VALIDATION_ERROR",
}
_TESTS = "tests/integration/test_application.py"


def roots(service: Service) -> list[Class]:
    """Return the exceptions that descend from Python's own, most descendants first."""
    found = [
        each
        for each in service.subclasses(*_BUILT_IN)
        if _BUILT_IN.intersection(each.bases)
        and not _BEFORE_START.intersection(each.module.parts)
    ]
    return sorted(found, key=lambda each: -len(service.subclasses(each.name)))


@check("ast", "the service's exceptions have one base")
def _one_base(service: Service) -> Iterator[Finding]:
    found = roots(service)
    if not found:
        yield Finding(
            "there are no exceptions of the service's own: add a base with a code and"
            " a message, and raise its subclasses"
        )
    for each in found[1:]:
        yield Finding(
            f"{each.name} is not among the subclasses of {found[0].name}: make it one",
            each.module.path,
            each.node.lineno,
        )


@check("ast", f"there are exceptions like {', '.join(_USUAL)}")
def _usual(service: Service) -> Iterator[Finding]:
    there = {
        each.name for root in roots(service) for each in service.subclasses(root.name)
    }
    for name, pattern in _USUAL.items():
        if not any(re.search(pattern, each) for each in there):
            yield Finding(f"there is no exception like {name}")


@check("ast", "the base of the exceptions has a code and a message")
def _code_and_message(service: Service) -> Iterator[Finding]:
    for base in roots(service)[:1]:
        has = names(base.node) | {
            argument.arg
            for node in ast.walk(base.node)
            if isinstance(node, ast.FunctionDef)
            for argument in [*node.args.args, *node.args.kwonlyargs]
        }
        for wanted in ("code", "message"):
            if not any(wanted in name for name in has):
                yield Finding(
                    f"{base.name} has no {wanted}: clients need a code for programs"
                    " and a message for people",
                    base.module.path,
                    base.node.lineno,
                )


@check("ast", "exceptions without a code of their own have the usual ones")
def _default_codes(service: Service) -> Iterator[Finding]:
    for base in roots(service)[:1]:
        yield from _lacks(base, "INTERNAL_ERROR")
        for each in service.subclasses(base.name):
            for pattern, code in _CODES.items():
                if base.name in each.bases and re.search(pattern, each.name):
                    yield from _lacks(each, code)


def _lacks(each: Class, code: str) -> Iterator[Finding]:
    said = {
        node.value for node in ast.walk(each.node) if isinstance(node, ast.Constant)
    }
    if code not in said:
        yield Finding(
            f"{each.name} does not have the code {code}",
            each.module.path,
            each.node.lineno,
        )


def _handled(service: Service) -> set[str]:
    """Return the exceptions for which the application has a handler."""
    found: set[str] = set()
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) in {"exception_handler", "add_exception_handler"}:
                found |= {last_name(argument) for argument in call.args[:1]}
            for keyword in call.keywords:
                if keyword.arg == "exception_handlers":
                    found |= names(keyword.value)
    return found


@check("ast", "a handler turns the service's exceptions into answers")
def _handler(service: Service) -> Iterator[Finding]:
    for base in roots(service)[:1]:
        if base.name not in _handled(service):
            yield Finding(
                f"no handler answers {base.name}: register one with exception_handler",
                base.module.path,
                base.node.lineno,
            )


@check("ast", "one place answers what nobody expected")
def _last_resort(service: Service) -> Iterator[Finding]:
    caught = any(
        isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and last_name(node.type) == "Exception"
        for module in service.modules
        if any(
            name in part for part in module.parts for name in ("middleware", "error")
        )
        for node in module.nodes
    )
    if not caught and "Exception" not in _handled(service):
        yield Finding(
            "nothing answers unexpected errors in the service's own form: handle"
            " Exception in one place, and log it there"
        )


@check("ast", "violated constraints become errors of the service's own")
def _constraints(service: Service) -> Iterator[Finding]:
    caught = {
        name
        for module in service.modules
        for node in module.nodes
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for name in names(node.type)
    }
    if not {"IntegrityError", "UniqueViolationError"} & (caught | _handled(service)):
        yield Finding(
            "a violated constraint is an error 500: catch IntegrityError where rows are"
            " written, and raise a conflict"
        )


@check("ast", "a route declares the errors of the service's methods that it calls")
def declared(service: Service) -> Iterator[Finding]:
    """Yield each error that a method raises and the routes that call it do not name."""
    statuses = _statuses(service)
    groups = _groups(service, statuses)
    schemas = {each.name for each in service.schemas}
    everywhere = {
        status
        for module in service.modules
        if module not in service.routers
        for call in module.calls
        for keyword in call.keywords
        if keyword.arg == "raises"
        for status in _named(keyword.value, statuses)
    }
    methods_of = {
        each.name: {method.name: method for method in methods(each.node)}
        for each in service.classes
        if each.module in service.services
    }
    for route in routes(service):
        said = [
            keyword.value
            for call in (route.decorator, *_shared(service, route.module))
            for keyword in call.keywords
            if keyword.arg == "responses"
        ]
        examples = _examples(route.module, statuses)
        known = {
            status for each in said for status in _named(each, statuses | examples)
        }.union(*(groups.get(name, ()) for each in said for name in names(each)))
        if route.taken & schemas:
            # FastAPI declares it for whatever has a body.
            known.add(HTTPStatus.UNPROCESSABLE_ENTITY)
        own = _services(service, route, methods_of)
        caught = _suppressed(route.function)
        for call in calls(route.function):
            match call.func:
                case ast.Attribute(value=ast.Name(id=name), attr=verb) if (
                    method := own.get(name, {}).get(verb)
                ):
                    raised = _raised(method) & statuses.keys()
                    for error in sorted(raised - caught.get(call, set())):
                        if statuses[error] not in known | everywhere:
                            yield Finding(
                                f"{route.function.name} may fail by {error}, and does"
                                f" not declare {statuses[error]}: add it to responses",
                                route.module.path,
                                route.function.lineno,
                            )


def _statuses(service: Service) -> dict[str, int]:
    """Return the status of each exception of the service that has or inherits one."""
    found: dict[str, int] = {}
    for root in roots(service):
        for each in (root, *service.subclasses(root.name)):
            for one in reversed(ancestors(service, each)):
                for item in one.node.body:
                    if {"status", "status_code"} & set(assigned(item)):
                        for status in _named(getattr(item, "value", None), {}):
                            found[each.name] = status
    return found


def _groups(
    service: Service, statuses: Mapping[str, int]
) -> Mapping[str, Iterable[int]]:
    """Return the statuses of each constant that names some exceptions."""
    return {
        name: [*_named(item.value, statuses)]
        for module in service.modules
        for item in module.tree.body
        if isinstance(item, ast.Assign) and isinstance(item.value, ast.Tuple)
        for name in assigned(item)
    }


def _examples(module: Module, statuses: Mapping[str, int]) -> dict[str, int]:
    """Return the status of each exception that a module makes for its routes."""
    return {
        name: statuses[last_name(item.value.func)]
        for item in module.tree.body
        if isinstance(item, ast.Assign | ast.AnnAssign)
        and isinstance(item.value, ast.Call)
        and last_name(item.value.func) in statuses
        for name in assigned(item)
    }


def _named(node: ast.expr | None, statuses: Mapping[str, int]) -> Iterator[int]:
    """Yield the statuses of HTTP that an expression names, exceptions included."""
    for part in ast.walk(node) if node else ():
        match part:
            case ast.Constant(value=int(number)):
                yield int(number)
            case ast.Constant(value=str(text)) if text.isdigit():
                yield int(text)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                told = re.fullmatch(r"HTTP_(\d{3})_\w+", name)
                if told:
                    yield int(told[1])
                elif name in HTTPStatus.__members__:
                    yield int(HTTPStatus[name])
                elif name in statuses:
                    yield statuses[name]


def _shared(service: Service, router: Module) -> Iterator[ast.Call]:
    """Yield what declares responses for many routes at once."""
    for module in service.modules:
        if module is router or module not in service.routers:
            for call in module.calls:
                if last_name(call.func) in {"APIRouter", "FastAPI", "include_router"}:
                    yield call


def _suppressed(function: Function) -> dict[ast.Call, set[str]]:
    """Return the exceptions that go no further, for each call in `with suppress(...)`."""
    found: dict[ast.Call, set[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.With):
            for item in node.items:
                if last_name(item.context_expr) == "suppress":
                    for part in node.body:
                        for call in calls(part):
                            found.setdefault(call, set()).update(
                                names(item.context_expr)
                            )
    return found


def _services(
    service: Service, route: Route, methods_of: Mapping[str, Mapping[str, Function]]
) -> dict[str, Mapping[str, Function]]:
    """Return the methods of each argument that is a service, by its name."""
    imported = {name for name, _ in route.module.imports}
    aliases = {
        name: names(item.value)
        for module in service.modules
        for item in module.tree.body
        if isinstance(item, ast.Assign | ast.AnnAssign) and item.value
        for name in assigned(item)
        if module is route.module or f"{module.name}.{name}" in imported
    }
    found: dict[str, Mapping[str, Function]] = {}
    for argument, _ in parameters(route.function):
        hint = names(argument.annotation) if argument.annotation else set()
        for name in hint.union(*(aliases.get(each, set()) for each in hint)):
            if name in methods_of:
                found[argument.arg] = methods_of[name]
    return found


def _raised(method: Function) -> set[str]:
    """Return the exceptions that a method raises, or says that it does."""
    told = (ast.get_docstring(method) or "").partition("Raises:")[2].partition("\n\n")
    raised = {
        last_name(node.exc)
        for node in ast.walk(method)
        if isinstance(node, ast.Raise) and node.exc
    }
    return raised | set(re.findall(r"^\s+(\w+):", told[0], re.MULTILINE))


_same_shape = shipped(
    f"{_TESTS}::test_every_error_has_the_same_shape",
    "whatever goes wrong, the answer has the same members, and the right code",
)
_unexpected = shipped(
    f"{_TESTS}::test_unexpected_error_is_logged_but_not_shown",
    "an unexpected error is logged with its traceback, and clients learn nothing of it",
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "ERR-01": (_one_base,),
    "ERR-02": (_usual, _same_shape),
    "ERR-03": (_code_and_message, _same_shape),
    "ERR-04": (_same_shape,),
    "ERR-05": (_default_codes, _same_shape),
    "ERR-06": (_handler, _same_shape),
    "ERR-07": (
        shipped(
            f"{_TESTS}::test_error_is_answered_with_the_status_of_its_base",
            "a subclass of an error is answered with the error's status",
        ),
    ),
    "ERR-08": (_last_resort, _unexpected),
    "ERR-09": (
        _same_shape,
        shipped(
            f"{_TESTS}::test_error_details_reach_the_client",
            "the details of an error reach the client",
        ),
    ),
    "ERR-10": (
        shipped(
            f"{_TESTS}::test_application_without_a_database_says_so",
            "a database that is out of reach is an error of its own",
        ),
    ),
    "ERR-11": (rules("TRY400"), _unexpected),
    "ERR-12": (
        _unexpected,
        shipped(
            "tests/unit/test_settings.py::test_settings_that_are_wrong_name_the_variable",
            "production refuses the mode that shows what happened",
        ),
    ),
    "ERR-13": (
        shipped(
            f"{_TESTS}::test_unexpected_error_in_debug_mode_is_shown",
            "in debug mode the answer says what happened",
        ),
    ),
    "ERR-14": (
        shipped(
            f"{_TESTS}::test_invalid_request_does_not_echo_its_input",
            "an invalid request is answered with what is wrong in each field",
        ),
        _same_shape,
    ),
    "ERR-15": (
        _constraints.when(depends_on("sqlalchemy", "sqlmodel")),
        shipped(
            "tests/integration/test_database.py"
            "::test_repository_maps_constraint_to_its_error",
            "a violated constraint becomes the error that the repository names",
        ),
    ),
    "ERR-16": (rules("BLE001", "E722", "S110", "S112"),),
    "ERR-17": (
        shipped(
            f"{_TESTS}::test_application_outlives_its_connections",
            "requests are served again after every connection was lost",
        ),
    ),
}
