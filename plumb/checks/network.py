"""What a service lets in, and what it tells browsers (NET)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.authentication import with_accounts
from plumb.checks.caching import with_cache
from plumb.checks.performance import LIMITS, uses
from plumb.kinds import calls, rules, shipped
from plumb.options import find, literal
from plumb.roles import Function, routes
from plumb.service import Module, Service, last_name

_SHAPELESS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "Any", "object"})
_TOO_LARGE = frozenset(
    {"CONTENT_TOO_LARGE", "REQUEST_ENTITY_TOO_LARGE", "RequestBodyLimitMiddleware"}
    | {"HTTP_413_CONTENT_TOO_LARGE", "HTTP_413_REQUEST_ENTITY_TOO_LARGE"}
)
_INJECTED = frozenset({"Depends", "Security"})
_ANYWHERE = frozenset({"*", ".*", "https?://.*"})
_HEADER_LIBRARIES = frozenset({"secure", "secweb"})
_COOKIES = "tests/integration/test_cookies.py"
_BROWSERS = "tests/integration/test_browsers.py"
_LIMITS = "tests/integration/test_rate_limits.py"


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


@check("ast", "the origins of the pages that may call are a setting")
def origins_are_a_setting(service: Service) -> Iterator[Finding]:
    """Find a service that nobody can tell which origins may call."""
    if not find(service, "*cors*origins", "*allowed_origins", "*allow_origins"):
        yield Finding("there is no setting of the origins that may call: cors_origins")


@check("ast", "the code lets no page of any origin call")
def _no_wildcard(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in module.calls:
            for given in call.keywords:
                if given.arg in {"allow_origins", "allow_origin_regex"}:
                    said = {literal(node) for node in ast.walk(given.value)}
                    if said & _ANYWHERE:
                        yield Finding(
                            f"{given.arg} lets every page call: take it from a setting",
                            module.path,
                            call.lineno,
                        )


def _sends(header: str) -> Check:
    """Demand that a header is set, by the service or by a library for such headers."""
    name = header.lower()

    @check("ast", f"the service sends `{header}`")
    def judge(service: Service) -> Iterator[Finding]:
        said = {
            str(value, "latin-1") if isinstance(value, bytes) else value
            for module in service.modules
            for node in module.nodes
            if isinstance(value := literal(node), str | bytes)
        }
        known = {value.lower() for value in said}
        if name not in known and not _HEADER_LIBRARIES & set(service.requirements):
            yield Finding(f"nothing sends {header}: add it to every answer")

    return judge


def _on_every_answer(header: str) -> tuple[Check, Check]:
    return _sends(header), shipped(
        f"{_BROWSERS}::test_every_answer_has_the_headers_of_security",
        f"every answer has `{header}`, errors too",
    )


refused_in_production = shipped(
    "tests/unit/test_settings.py::test_production_refuses_all_that_is_unsafe_at_once",
    "production refuses `*` among the origins, and whatever else is unsafe",
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "NET-01": (
        _no_wildcard,
        refused_in_production,
        shipped(
            f"{_BROWSERS}::test_pages_may_not_call_unless_they_are_named",
            "without settings, no page of another origin may call",
        ),
    ),
    "NET-04": (
        shipped(
            "tests/integration/test_shared_limits.py"
            "::test_two_processes_share_one_limit",
            "two processes count together in Redis, and say when to try again",
        ).when(with_cache),
        shipped(
            f"{_LIMITS}::test_request_101_of_a_minute_is_refused",
            "a request above the limit is 429, with the time to try again",
        ),
    ),
    "NET-05": (
        shipped(
            f"{_LIMITS}::test_request_101_of_a_minute_is_refused",
            "by default the 101st request of a minute is refused",
        ),
    ),
    "NET-06": (
        shipped(
            f"{_LIMITS}::test_request_101_of_a_minute_is_refused",
            "answers say how much of the limit is left",
        ),
        shipped(
            f"{_LIMITS}::test_description_tells_the_limits",
            "the API's description says what the limits are",
        ),
    ),
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
    "NET-08": _on_every_answer("X-Content-Type-Options"),
    "NET-09": _on_every_answer("X-Frame-Options"),
    "NET-10": (
        _sends("Strict-Transport-Security"),
        shipped(
            f"{_BROWSERS}::test_production_is_reached_by_https_only",
            "production tells browsers to use HTTPS, other environments do not",
        ),
    ),
    "NET-11": _on_every_answer("Content-Security-Policy"),
    "NET-13": (
        shipped(
            f"{_COOKIES}::test_change_without_the_token_of_the_page_is_refused",
            "who is known by a cookie changes nothing without the page's token",
        ).when(with_accounts),
        shipped(
            f"{_COOKIES}::test_form_of_another_site_is_refused",
            "a form of another site is refused",
        ).when(with_accounts),
        shipped(
            f"{_COOKIES}::test_bearer_needs_no_token_of_a_page",
            "a bearer token needs none",
        ).when(with_accounts),
    ),
    "NET-14": (
        shipped(
            f"{_COOKIES}::test_page_gets_its_tokens_where_no_script_reads_them",
            "cookies are HttpOnly, Secure and SameSite, but for the page's own token",
        ).when(with_accounts),
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
