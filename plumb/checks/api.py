"""What the API looks like from outside (API)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.authentication import (
    EVERYWHERE,
    FORBIDDEN,
    UNKNOWN,
    VIEWERS,
    registered,
    secured,
    token_addresses,
    with_accounts,
)
from plumb.checks.caching import UNCHANGED
from plumb.checks.documentation import CHECKS as DOCUMENTATION
from plumb.checks.documentation import KEPT
from plumb.checks.errors import declared
from plumb.checks.network import CHECKS as NETWORK
from plumb.checks.pagination import by_cursor, paged, with_orders
from plumb.checks.performance import COMPRESSED
from plumb.checks.resilience import applications
from plumb.checks.schemas import (
    answers_have_schemas,
    parsed,
    separate,
    with_examples,
)
from plumb.checks.testing import CONTRACT
from plumb.description import (
    Document,
    Operation,
    described,
    fields,
    for_clients,
    lists,
    properties,
    resolved,
)
from plumb.kinds import openapi, path, rules, shipped
from plumb.roles import resource_routers
from plumb.service import Service, last_name, within
from plumb.signatures import names, routes

_VERSIONED = re.compile(r"/api/v\d+(/|$)")
_SNAKE = re.compile(r"_?[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MOMENT = re.compile(r"(^|_)(at|on|date|datetime|time|timestamp|until|since)$")
_VERBS = frozenset(
    {"add", "create", "delete", "edit", "fetch", "get", "insert", "list", "modify"}
    | {"read", "remove", "retrieve", "save", "update"}
)
# Nouns of which there is one, or whose plural has no s.
_UNCOUNTED = frozenset(
    {"auth", "children", "data", "equipment", "feedback", "inventory", "media"}
    | {"news", "people", "search", "series", "staff"}
)
_SELF = frozenset({"current", "me", "profile", "self"})
_NOTICE = re.compile(r"\b(six|6) months|\b180 days", re.IGNORECASE)
_DEPRECATION_TESTS = "tests/integration/test_deprecation.py"
_IDEMPOTENCY_TESTS = "tests/integration/test_idempotency.py"
_TESTS = "tests/integration/test_application.py"
_OPENAPI_TESTS = "tests/integration/test_openapi.py"
_ORDER_TESTS = "tests/integration/test_orders.py"


def _order_test(name: str, shows: str) -> Check:
    return shipped(f"{_ORDER_TESTS}::{name}", shows).when(with_orders)


def _requires(package: str, rule: str) -> Check:
    @check("toml", rule)
    def judge(service: Service) -> Iterator[Finding]:
        if package not in service.requirements:
            yield Finding(
                f"{package} is no dependency: uv add {package}", "pyproject.toml"
            )

    return judge


@check("ast", "no other web framework answers requests")
def _fastapi_only(service: Service) -> Iterator[Finding]:
    others = {"aiohttp.web", "bottle", "django", "falcon", "flask", "sanic", "tornado"}
    for module in service.modules:
        for name, line in module.imports:
            if within(name, others):
                yield Finding(f"imports {name}: answer with FastAPI", module.path, line)


@check("ast", "routes are coroutines")
def asynchronous(service: Service) -> Iterator[Finding]:
    """Yield each route that takes up a thread."""
    for route in routes(service):
        if isinstance(route.function, ast.FunctionDef):
            yield Finding(
                f"{route.function.name} takes up a thread: make it async",
                route.module.path,
                route.function.lineno,
            )


@check("ast", "whether the API's documentation is served depends on a setting")
def _docs_by_setting(service: Service) -> Iterator[Finding]:
    for module, call in applications(service):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        for name in ("docs_url", "redoc_url", "openapi_url"):
            value = given.get(name)
            fixed = isinstance(value, ast.Constant) and value.value is not None
            if (value is None and None not in given) or fixed:
                yield Finding(
                    f"{name} is served in production, too: make it None there",
                    module.path,
                    call.lineno,
                )


@check("ast", "the application has a title and a version of its own")
def _titled(service: Service) -> Iterator[Finding]:
    for module, call in applications(service):
        given = {keyword.arg for keyword in call.keywords}
        for name in ("title", "version"):
            if not given & {name, None}:
                yield Finding(
                    f"the API is without {name}: give it to FastAPI()",
                    module.path,
                    call.lineno,
                )


@openapi("every operation has a summary and a description")
def _explained(document: Document) -> Iterator[Finding]:
    for each in described(document):
        for part in ("summary", "description"):
            if not each.part.get(part):
                yield Finding(f"{each} has no {part}: write the function's docstring")


@openapi("methods say what is done: no verb in an address, no body to read or delete")
def _methods(document: Document) -> Iterator[Finding]:
    for each in described(document):
        if each.method in {"get", "delete", "head"} and each.body is not None:
            yield Finding(f"{each} takes a body: use POST, PUT or PATCH")
        for verb in sorted(_VERBS.intersection(each.segments)):
            yield Finding(f"{each} names {verb}: let the method say it")


@openapi("collections are named by plural nouns")
def _plurals(document: Document) -> Iterator[Finding]:
    listed = set(map(str, lists(document)))
    for each in for_clients(document):
        # What is listed or added to is a collection, even if nothing is below it.
        last = "{" if str(each) in listed or "201" in each.statuses else ""
        for noun, following in zip(
            each.segments, [*each.segments[1:], last], strict=True
        ):
            is_collection = following.startswith("{") and not noun.startswith("{")
            if is_collection and not (noun.endswith("s") or noun in _UNCOUNTED):
                yield Finding(f"{each}: {noun} is a collection: name it in the plural")


@openapi("what belongs to one thing is found below its address")
def _nested(document: Document) -> Iterator[Finding]:
    named = {name for each in for_clients(document) for name in each.segments}
    for each in for_clients(document):
        for name in each.queries:
            if name != "id" and f"{{{name}}}" in named:
                yield Finding(f"{each} takes {name}: move it below /{{{name}}}")


@openapi("an operation shows who calls, as a typed model")
def _me(document: Document) -> Iterator[Finding]:
    for each in for_clients(document):
        if each.method == "get" and each.segments[-1] in _SELF and each.is_secured:
            if not properties(document, each.result):
                yield Finding(f"{each} shows who calls without a type")
            return
    yield Finding("no operation shows who calls: add one, such as /accounts/me")


def _success(wanted: frozenset[str], methods: frozenset[str], rule: str) -> Check:
    """Demand that operations with some methods declare one of some statuses."""

    @openapi(rule)
    def judge(document: Document) -> Iterator[Finding]:
        for each in for_clients(document):
            if each.method in methods and not wanted & each.statuses:
                yield Finding(
                    f"{each} answers with {', '.join(sorted(each.statuses))}: make it"
                    f" {' or '.join(sorted(wanted))}"
                )

    return judge


def _creating(document: Document) -> Iterator[Operation]:
    """Yield the operations that add to a collection.

    A token is answered with 200, whatever began with it (RFC 6749, section 5.1).
    """
    tokens = {address.strip("/") for address in token_addresses(document)}
    for each in for_clients(document):
        below = f"{each.address}/{{"
        if (
            each.method == "post"
            and each.address.strip("/") not in tokens
            and any(address.startswith(below) for address in document.get("paths", {}))
        ):
            yield each


@openapi("what adds to a collection answers 201, or 202 if it is done later")
def _created(document: Document) -> Iterator[Finding]:
    for each in _creating(document):
        if not {"201", "202"} & each.statuses:
            yield Finding(f"{each} does not answer 201: set status_code")


@openapi("what adds to a collection answers with what was added")
def _returned(document: Document) -> Iterator[Finding]:
    for each in _creating(document):
        if "201" in each.statuses and not each.result:
            yield Finding(f"{each} answers with nothing: return what was made")


def _declares(status: str, rule: str, concerned: str) -> Check:
    """Demand a status of the operations whose input is such."""

    @openapi(rule)
    def judge(document: Document) -> Iterator[Finding]:
        for each in for_clients(document):
            inputs = {
                "address": any(e["in"] == "path" for e in each.parameters),
                "any": bool(each.parameters) or each.body is not None,
                "known": each.is_secured,
                "all": True,
            }
            if inputs[concerned] and status not in each.statuses:
                yield Finding(f"{each} does not say that it may answer {status}")

    return judge


@openapi("every operation has one success, and says how it may fail")
def _complete(document: Document) -> Iterator[Finding]:
    for each in for_clients(document):
        successes = [status for status in each.statuses if status.startswith("2")]
        if len(successes) != 1:
            yield Finding(f"{each} has {len(successes)} successes: decide on one")
        if not any(status.startswith(("4", "5")) for status in each.statuses):
            yield Finding(f"{each} says nothing about errors: add them to responses")


@openapi("lists of a kind have the same members, and all errors the same schema")
def _uniform(document: Document) -> Iterator[Finding]:
    for kind in (True, False):
        paged = [each for each in lists(document) if by_cursor(each) is kind]
        pages = {tuple(sorted(each.page)): each for each in paged if each.page}
        if len(pages) > 1:
            said = " and ".join(map(str, pages.values()))
            yield Finding(f"{said} have different pages: use one generic page")
    errors: dict[str, str] = {}
    for each in for_clients(document):
        for status, response in each.responses.items():
            for media_type, content in response.get("content", {}).items():
                if status.startswith(("4", "5")):
                    shape = f"{media_type} {sorted(content.get('schema', {}).items())}"
                    errors.setdefault(shape, f"{each} with {status}")
    if len(errors) > 1:
        said = " and ".join(errors.values())
        yield Finding(f"{said} have different forms: give all errors one schema")


@openapi("moments are in ISO 8601")
def _moments(document: Document) -> Iterator[Finding]:
    for name, field in fields(document):
        formats = {
            resolved(document, each).get("format")
            for each in [field, *field.get("anyOf", ())]
        }
        if _MOMENT.search(name.partition(".")[2]) and not formats & {
            "date",
            "date-time",
            "duration",
            "time",
        }:
            yield Finding(f"{name} is no moment: make it a datetime with a zone")


@openapi("members and parameters are in snake_case")
def _snake_case(document: Document) -> Iterator[Finding]:
    named = {name for name, _ in fields(document)}
    queries = {
        f"{each}: {name}" for each in for_clients(document) for name in each.queries
    }
    for each in sorted(named | queries):
        if not _SNAKE.fullmatch(re.split(r"[. ]", each)[-1]):
            yield Finding(f"{each} is not in snake_case")


@openapi("nothing is required to change a part of something")
def _partial(document: Document) -> Iterator[Finding]:
    for each in for_clients(document):
        if each.method == "patch":
            for name in resolved(document, each.body or {}).get("required", ()):
                yield Finding(f"{each} demands {name}: make it optional")
            if not properties(document, each.body or {}):
                yield Finding(f"{each} does not say what can be changed")


@openapi("every address names the version of the API")
def _versioned(document: Document) -> Iterator[Finding]:
    for each in for_clients(document):
        if not _VERSIONED.match(each.address):
            yield Finding(f"{each} has no version: mount it below /api/v1")


@openapi("answers are JSON, whatever else they may be")
def _json(document: Document) -> Iterator[Finding]:
    for each in for_clients(document):
        for status, response in each.responses.items():
            kinds = response.get("content", {})
            if kinds and not any(kind.endswith(("json", "jsonl")) for kind in kinds):
                yield Finding(
                    f"{each} answers {status} with {', '.join(kinds)}: offer JSON"
                )


@openapi("every operation has one tag")
def _tagged(document: Document) -> Iterator[Finding]:
    for each in described(document):
        tags = each.part.get("tags", [])
        if len(tags) != 1:
            yield Finding(
                f"{each} has {len(tags)} tags: give its router one, the resource's name"
            )


@check("ast", "each resource has a router with a prefix")
def _prefixed(service: Service) -> Iterator[Finding]:
    given: set[str] = set()
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) == "include_router" and _has_prefix(call):
                given |= {name for argument in call.args for name in names(argument)}
    for module in resource_routers(service):
        for call in module.calls:
            if last_name(call.func) == "APIRouter" and not (
                _has_prefix(call) or given.intersection(module.parts)
            ):
                yield Finding(
                    "a router without a prefix: name the resource once, in"
                    " APIRouter(prefix=...)",
                    module.path,
                    call.lineno,
                )


def _has_prefix(call: ast.Call) -> bool:
    return any(
        keyword.arg in {"prefix", None} and ast.unparse(keyword.value) != "''"
        for keyword in call.keywords
    )


@openapi("what is posted can be repeated by an idempotency key")
def _repeatable(document: Document) -> Iterator[Finding]:
    posted = [each for each in for_clients(document) if each.method == "post"]
    headers = {
        parameter["name"].lower()
        for each in posted
        for parameter in each.parameters
        if parameter["in"] == "header"
    }
    if posted and "idempotency-key" not in headers:
        yield Finding(f"{posted[0]}, for one, takes no Idempotency-Key")


@check("text", "the documentation says that what goes is announced six months before")
def _announced(service: Service) -> Iterator[Finding]:
    pages = [*service.glob("*.md"), *service.glob("docs/**/*.md")]
    if not any(_NOTICE.search(service.read(page)) for page in pages):
        yield Finding("nobody reads how long before its end a route is announced to go")


@check("ast", "routes that are deprecated say when they go, in the header Sunset")
def _dated(service: Service) -> Iterator[Finding]:
    says = any("sunset" in module.text.lower() for module in service.modules)
    for module in service.modules:
        for call in module.calls:
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            value = given.get("deprecated")
            if isinstance(value, ast.Constant) and value.value is True and not says:
                yield Finding(
                    "is deprecated, and no header says until when: add Sunset",
                    module.path,
                    call.lineno,
                )


_limited = _declares(
    "429", "every operation says that it may be asked too often", "all"
)
_same_shape = shipped(
    f"{_TESTS}::test_every_error_has_the_same_shape",
    "each error has its status",
)
_made = _order_test(
    "test_create_order_with_lines_returns_it_with_its_location",
    "what was made is answered with 201, its address, and moments in UTC",
)
_changed = _order_test(
    "test_update_order_changes_what_is_sent_only", "what is left out stays"
)
_deleted = _order_test(
    "test_delete_order_hides_it_and_frees_its_reference",
    "a deletion is answered with 204, and a second one changes nothing",
)
_listed = _order_test(
    "test_list_orders_filters_and_sorts", "a list is filtered and sorted as asked"
)
_taken = _order_test(
    "test_create_order_with_taken_reference_is_a_conflict",
    "what collides with something else is answered with 409",
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "API-01": (_requires("fastapi", "FastAPI is required"), _fastapi_only),
    "API-02": (_requires("uvicorn", "Uvicorn is required"),),
    "API-03": (asynchronous,),
    "API-04": (
        _docs_by_setting,
        shipped(
            f"{_TESTS}::test_docs_are_served_outside_production_only",
            "the API's documentation is served, but not in production",
        ),
    ),
    "API-05": (_titled,),
    "API-06": (_explained, with_examples),
    "API-07": (_methods,),
    "API-08": (_plurals,),
    "API-09": (_nested,),
    "API-10": (paged, _listed),
    "API-11": (
        _success(
            frozenset({"200"}),
            frozenset({"get", "patch", "put"}),
            "what reads or changes something answers 200",
        ),
    ),
    "API-12": (_created, _made),
    "API-13": (
        _success(frozenset({"204"}), frozenset({"delete"}), "what deletes answers 204"),
        _deleted,
    ),
    "API-14": (_same_shape,),
    "API-15": (
        _declares("401", "what demands a login says so by 401", "known"),
        UNKNOWN,
        EVERYWHERE,
    ),
    "API-16": (
        _declares("403", "what not everybody may do says so by 403", "known"),
        FORBIDDEN,
        VIEWERS,
    ),
    "API-17": (
        _declares("404", "what names a thing says that it may be missing", "address"),
        _same_shape,
    ),
    "API-18": (declared, _same_shape, _taken),
    "API-19": (
        _declares("422", "what takes input says that it may be invalid", "any"),
        _same_shape,
    ),
    "API-20": (
        _limited,
        *NETWORK["NET-05"],
    ),
    "API-21": (
        _declares("500", "every operation says that it may fail", "all"),
        _same_shape,
    ),
    "API-23": (_complete, declared, _same_shape),
    "API-24": (_uniform,),
    "API-25": (_moments, rules("DTZ003", "DTZ005"), _made),
    "API-26": (_snake_case,),
    "API-27": (_made,),
    "API-28": (_returned, _made),
    "API-29": (_partial, _changed),
    "API-30": (_versioned,),
    "API-31": (
        shipped(
            f"{_OPENAPI_TESTS}::test_documents_are_up_to_date",
            "the API is the one of the file that is kept",
        ),
        shipped(
            f"{_OPENAPI_TESTS}::test_change_that_breaks_callers_is_named",
            "a change that breaks callers is not written to it",
        ),
    ),
    "API-32": (path("CHANGELOG.md"), *DOCUMENTATION["DCS-14"]),
    "API-33": (
        _announced,
        shipped(
            f"{_DEPRECATION_TESTS}::test_notice_of_less_than_six_months_is_refused",
            "a route cannot go earlier than six months after its announcement",
        ),
        shipped(
            f"{_DEPRECATION_TESTS}::test_route_past_its_sunset_is_noticed",
            "a route that should be gone is noticed",
        ),
    ),
    "API-34": (
        _dated,
        shipped(
            f"{_DEPRECATION_TESTS}::test_deprecated_route_says_when_it_goes",
            "every answer of a deprecated route has the headers",
        ),
    ),
    "API-35": (
        shipped(
            f"{_DEPRECATION_TESTS}::test_second_version_stands_beside_the_first",
            "another version is mounted, and the first stays as it is",
        ),
    ),
    "API-37": (*NETWORK["NET-15"][:1], parsed),
    "API-39": (_deleted,),
    "API-40": (
        _repeatable,
        shipped(
            f"{_IDEMPOTENCY_TESTS}::"
            "test_repeated_request_has_one_effect_and_one_answer",
            "a request that is repeated has no other effect",
        ),
        shipped(
            f"{_IDEMPOTENCY_TESTS}::"
            "test_repeated_request_by_many_at_once_has_one_effect",
            "nor when it is repeated at the same moment",
        ),
        shipped(
            f"{_IDEMPOTENCY_TESTS}::test_request_that_was_cut_off_can_be_repeated",
            "a request that was cut off has no effect until it is repeated",
        ),
    ),
    "API-41": (
        _json,
        shipped(
            f"{_TESTS}::test_answer_is_json_whatever_is_accepted",
            "answers are JSON whatever the client accepts",
        ),
    ),
    "API-42": COMPRESSED,
    "API-43": UNCHANGED,
    "API-44": (answers_have_schemas,),
    "API-45": (_tagged, _prefixed),
    "API-47": (separate,),
    "API-48": (_me.when(with_accounts), registered),
    "API-49": (
        _requires("schemathesis", "requests are made from the API's description"),
        CONTRACT,
    ),
    "API-50": (_complete, secured.when(with_accounts), _limited, paged),
    "API-51": (path("|".join(KEPT)),),
}
