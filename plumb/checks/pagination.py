"""Lists, and the pages that they come in (PAG)."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

from plumb.check import Check, Finding, check
from plumb.description import Document, Operation, Part, lists
from plumb.kinds import calls, openapi, shipped
from plumb.roles import Function, generic
from plumb.service import Class, Service, assigned, last_name
from plumb.signatures import fields, names, routes

PAGE = frozenset({"page", "offset", "skip", "cursor", "after"})
SIZE = frozenset({"per_page", "page_size", "size", "limit"})
SORT = frozenset({"sort", "sort_by", "order", "order_by"})
MEMBERS = frozenset({"data", "total", "page", "per_page", "total_pages"})

_BY_CURSOR = frozenset({"after", "cursor"})
_DEFAULT_SIZE = 20
_LARGEST_SIZE = 100
_TESTS = "tests/integration/test_application.py"
_ITEMS = frozenset({"data", "items", "results"})
_FILTERS = frozenset({"where", "filter", "filter_by"})
_SELECTS = frozenset({"select", "query"})
_LISTS = frozenset({"List", "Sequence", "list", "tuple"})
# No thing that has a list in it has such members; a page has.
_PAGED = frozenset(
    {"has_next", "limit", "next_cursor", "offset", "page", "page_size", "per_page"}
    | {"total_pages"}
)


def with_orders(service: Service) -> bool:
    """Whether the example is there, or the service is none of ours."""
    return not service.generated or any(
        service.has(f"{{package}}/{place}.py")
        for place in ("api/v1/orders", "orders/router")
    )


def by_cursor(operation: Operation) -> bool:
    """Whether a list goes on from a cursor, and so is not paged by number."""
    return not _BY_CURSOR.isdisjoint(operation.queries)


@openapi("every list comes in pages, of which the client says which and how long")
def paged(document: Document) -> Iterator[Finding]:
    """Yield each list that comes whole."""
    for each in lists(document):
        if each.page is None:
            yield Finding(f"{each} answers with a bare list: wrap it into a page")
        for wanted in (PAGE, SIZE):
            if not wanted & each.queries.keys():
                yield Finding(
                    f"{each} cannot be paged: give it a query parameter, one of"
                    f" {', '.join(sorted(wanted))}"
                )


@openapi("lists are paged by the same parameters, those that have a cursor by theirs")
def _one_style(document: Document) -> Iterator[Finding]:
    first: dict[bool, tuple[str, Operation]] = {}
    for each in lists(document):
        style = _listed((PAGE | SIZE) & each.queries.keys())
        usual, example = first.setdefault(by_cursor(each), (style, each))
        if style != usual:
            yield Finding(
                f"{each} is paged by {style}, {example} by {usual}: choose one of them"
            )


def _bounded(
    rule: str, wanted: frozenset[str], says: Callable[[Part], str | None]
) -> Check:
    """Demand something of the parameters that page lists."""

    @openapi(rule)
    def judge(document: Document) -> Iterator[Finding]:
        for each in lists(document):
            for name in sorted(wanted & each.queries.keys()):
                if wrong := says(each.queries[name].get("schema", {})):
                    yield Finding(f"{each}: {name} {wrong}")

    return judge


def _starts_at_one(schema: Part) -> str | None:
    if schema.get("minimum") == 1 and schema.get("default") == 1:
        return None
    return "has to start at 1: give it default=1, ge=1"


def _has_default_size(schema: Part) -> str | None:
    if schema.get("default") == _DEFAULT_SIZE:
        return None
    return f"is {schema.get('default')} if nobody says it: make that {_DEFAULT_SIZE}"


def _has_largest_size(schema: Part) -> str | None:
    if schema.get("maximum") == _LARGEST_SIZE:
        return None
    return f"may be {schema.get('maximum', 'anything')}: make {_LARGEST_SIZE} the most"


@openapi(f"a page has exactly {', '.join(sorted(MEMBERS))}")
def _envelope(document: Document) -> Iterator[Finding]:
    for each in lists(document):
        has = (each.page or {}).keys()
        if not by_cursor(each) and has != MEMBERS:
            missing, extra = _listed(MEMBERS - has), _listed(has - MEMBERS)
            yield Finding(f"{each}: its page lacks {missing} and adds {extra}")


@check("ast", "one generic schema is the page of everything")
def _generic_page(service: Service) -> Iterator[Finding]:
    listed = {n for each in routes(service) if each.method == "get" for n in each.given}
    pages = [each for each in service.schemas if _is_page(each, each.name in listed)]
    shared = [each for each in pages if generic(each.node)]
    if service.routers and not shared:
        yield Finding("there is no generic page: add class Page[Item](BaseModel)")
    for each in pages:
        if each not in shared:
            yield Finding(
                f"{each.name} is a page of one thing: use a generic one",
                each.module.path,
                each.node.lineno,
            )


def _is_page(each: Class, is_answer: bool) -> bool:
    """Whether a schema is a list, with what is said of it."""
    own = {name: names(field.annotation) for name, field in fields(each)}
    lists = {name for name, hint in own.items() if hint & _LISTS}
    return bool(
        (lists and own.keys() & _PAGED)
        or (_ITEMS & own.keys() and "total" in own)
        or (is_answer and len(lists) == 1 and lists == own.keys() - {"total", "count"})
    )


@openapi("lists can be filtered, and no filter is required")
def _filters(document: Document) -> Iterator[Finding]:
    found = lists(document)
    filters = [each.queries.keys() - PAGE - SIZE - SORT for each in found]
    if found and not any(filters):
        yield Finding("no list can be filtered: add optional query parameters")
    for each in found:
        for name, parameter in each.queries.items():
            if parameter.get("required"):
                yield Finding(f"{each} demands {name}: make it optional")


@check("ast", "what counts the rows has the filters of what fetches the page")
def _same_filters(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for function in module.functions:
            counting = _counting(function.body)
            fetching = [each for each in function.body if _calls(each, {"limit"})]
            made = _assignments(function)
            for count in counting:
                for fetch in fetching:
                    if count is not fetch and (
                        _filtered(count, made) != _filtered(fetch, made)
                    ):
                        yield Finding(
                            f"{function.name} counts other rows than it fetches: filter"
                            " both alike",
                            module.path,
                            count.lineno,
                        )


def _calls(node: ast.AST, wanted: Set[str]) -> bool:
    return any(
        isinstance(each, ast.Call) and last_name(each.func) in wanted
        for each in ast.walk(node)
    )


def _counting(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that ask for a number of rows.

    `count = func.count()` is none: those that select it are.
    """
    found = [each for each in body if _calls(each, {"count"})]
    parts = [
        each
        for each in found
        if "func.count(" in ast.unparse(each) and not _calls(each, _SELECTS)
    ]
    named = {name for each in parts for name in assigned(each)}
    selecting = [
        each
        for each in body
        for call in calls(each)
        if last_name(call.func) in _SELECTS and named & set(map(last_name, call.args))
    ]
    return [each for each in found if each not in parts] + selecting


def _assignments(function: Function) -> Mapping[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for name in assigned(node):
                found.setdefault(name, []).append(node.value)
    return found


def _filtered(node: ast.AST, made: Mapping[str, list[ast.expr]]) -> set[str]:
    """Return the conditions of a query, and of those that it goes on from."""
    waiting: list[ast.AST] = [node]
    found: set[str] = set()
    seen: set[str] = set()
    while waiting:
        for each in ast.walk(waiting.pop()):
            match each:
                case ast.Call(func=func, args=given) if last_name(func) in _FILTERS:
                    given = [*given, *(keyword.value for keyword in each.keywords)]
                    found.update(map(ast.unparse, given))
                case ast.Attribute(value=ast.Name(id=name)) if name not in seen:
                    seen.add(name)
                    waiting += made.get(name, [])
    return found


def _listed(items: Iterable[str]) -> str:
    return ", ".join(sorted(items)) or "nothing"


_refused = shipped(
    f"{_TESTS}::test_page_outside_its_bounds_is_refused",
    "page 0 and more than 100 items are refused",
)
_placed = shipped(
    f"{_TESTS}::test_page_has_its_place_in_the_list",
    "without a wish there are 20 items, and a page has exactly the five members",
)
STREAMED = shipped(
    "tests/integration/test_orders.py::test_stream_has_each_order_on_a_line",
    "a list is streamed by an asynchronous generator",
).when(with_orders)
IN_PARTS = shipped(
    "tests/integration/test_cursor.py::"
    "test_stream_is_read_in_parts_and_keeps_no_connection",
    "what is streamed is read in parts, and no connection waits for the client",
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PAG-01": (paged,),
    "PAG-02": (_one_style,),
    "PAG-03": (
        shipped(
            "tests/integration/test_cursor.py::test_each_row_is_met_once_while_others_come",
            "a list can be read by a cursor, each row once",
        ),
        shipped(
            "tests/integration/test_orders.py::"
            "test_export_meets_each_order_once_while_others_come",
            "so can a list of the API, while rows are added",
        ).when(with_orders),
    ),
    "PAG-04": (
        _bounded("pages are numbered from 1", frozenset({"page"}), _starts_at_one),
        _refused,
    ),
    "PAG-05": (
        _bounded("a page has 20 items by default", SIZE, _has_default_size),
        _placed,
    ),
    "PAG-06": (
        _bounded("a page has at most 100 items", SIZE, _has_largest_size),
        _refused,
    ),
    "PAG-07": (_envelope, _placed),
    "PAG-08": (_generic_page,),
    "PAG-09": (
        _filters,
        shipped(
            "tests/integration/test_orders.py::test_list_orders_filters_and_sorts",
            "a list is filtered and sorted as asked",
        ).when(with_orders),
    ),
    "PAG-10": (
        _same_filters,
        shipped(
            "tests/integration/test_orders.py::test_list_orders_filters_and_sorts",
            "the total counts what the filters let through",
        ).when(with_orders),
    ),
}
