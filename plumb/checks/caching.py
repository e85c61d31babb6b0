"""What is kept to be used again, by the service and by its clients (CAC)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.authentication import with_accounts
from plumb.checks.pagination import with_orders
from plumb.kinds import shipped, text
from plumb.service import Module, Service

_TESTS = "tests/integration/test_conditional_requests.py"
_CACHE = "tests/integration/test_cache.py"
_ORDERS = "tests/integration/test_cached_orders.py"
_ENDS = frozenset({"ex", "exat", "px", "pxat", "keepttl"})
_WITHOUT_END = frozenset({"mset", "msetnx", "setnx"})
_WHOLE_SERVER = frozenset({"flushall", "flushdb", "keys"})


def with_cache(service: Service) -> bool:
    """Whether the service is to have a cache: one of ours may be made without."""
    return service.answers.get("cache") != "none"


@check("toml", "the service depends on the client of Redis")
def _in_redis(service: Service) -> Iterator[Finding]:
    if "redis" not in service.requirements:
        yield Finding(
            "redis is no dependency: the cache has no server", "pyproject.toml"
        )


@check("ast", "what is put into Redis has an end to its life")
def _ends(service: Service) -> Iterator[Finding]:
    for module, call, name in _commands(service):
        given = {keyword.arg for keyword in call.keywords}
        # `None` stands for `**options`, which may say it.
        is_set = name == "set" and len(call.args) > 1 and not given & {*_ENDS, None}
        if is_set or name in _WITHOUT_END:
            yield Finding(
                f"{name} keeps a value for ever: give set an ex or a px",
                module.path,
                call.lineno,
            )


@check("ast", "nothing asks Redis for all its keys at once, or empties it")
def _walks_in_steps(service: Service) -> Iterator[Finding]:
    for module, call, name in _commands(service):
        if name in _WHOLE_SERVER:
            yield Finding(
                f"{name} holds up all that use the server: walk with SCAN",
                module.path,
                call.lineno,
            )


def _commands(service: Service) -> Iterator[tuple[Module, ast.Call, str]]:
    """Yield the calls of methods of something that is called redis or cache."""
    for module in service.modules:
        for call in module.calls:
            if isinstance(call.func, ast.Attribute):
                target = ast.unparse(call.func.value).lower()
                if target.rpartition(".")[2].strip("_") in {"redis", "redis_client"}:
                    yield module, call, call.func.attr


_tagged = shipped(
    "tests/integration/test_orders.py::test_order_says_which_version_it_is",
    "an answer has the ETag of what it shows, which changes with that",
).when(with_orders)
_shared = shipped(
    f"{_CACHE}::test_value_is_loaded_once_and_is_then_in_redis_for_all_processes",
    "what one process has loaded, another finds in Redis",
).when(with_cache)
_named = shipped(
    f"{_CACHE}::test_value_is_json_under_a_name_that_tells_what_it_is",
    "values are JSON, under the name of the application, their kind and their id",
).when(with_cache)
_once_read = shipped(
    f"{_ORDERS}::test_second_read_of_an_order_asks_no_database",
    "the second read of an order sends no statement to the database",
).when(lambda service: with_orders(service) and with_cache(service))

UNCHANGED: tuple[Check, ...] = (
    shipped(
        f"{_TESTS}::test_answer_that_a_client_has_is_not_sent_again",
        "who has an answer gets 304 instead, with headers that let them keep it",
    ),
    _tagged,
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "CAC-01": (_in_redis.when(with_cache), _shared),
    "CAC-02": (_shared, _once_read),
    "CAC-03": (
        _ends.when(with_cache),
        shipped(
            f"{_CACHE}::test_value_ends_at_its_time_and_not_with_all_others",
            "values end after 300 seconds, or when one says, and not all at once",
        ).when(with_cache),
    ),
    "CAC-04": (
        shipped(
            f"{_CACHE}::test_value_that_a_unit_of_work_changes_is_forgotten_after_its_commit",
            "what changed is forgotten when the change lasts",
        ).when(with_cache),
        shipped(
            f"{_CACHE}::test_value_that_was_read_before_a_change_is_not_kept_after_it",
            "who read the old value meanwhile does not put it back",
        ).when(with_cache),
        shipped(
            f"{_ORDERS}::test_order_that_changes_is_read_anew",
            "an order that is changed, placed or deleted is read anew",
        ).when(lambda service: with_orders(service) and with_cache(service)),
    ),
    "CAC-05": (_named,),
    "CAC-06": (
        _walks_in_steps.when(with_cache),
        shipped(
            f"{_CACHE}::test_all_values_of_a_kind_are_forgotten_by_a_pattern",
            "a pattern deletes what matches, and nothing else",
        ).when(with_cache),
    ),
    "CAC-07": (_named,),
    "CAC-08": (
        shipped(
            f"{_CACHE}::test_value_that_many_miss_at_once_is_loaded_once",
            "a hundred who miss a value in two processes load it once",
        ).when(with_cache),
        _once_read,
    ),
    "CAC-09": UNCHANGED,
    "CAC-10": UNCHANGED,
    "CAC-11": (
        text(
            "docs/extending.md",
            lambda page: "id of\nthe session as its key" in page,
            "says what of a session may be kept in Redis",
        ).when(
            lambda each: each.generated and with_cache(each) and with_accounts(each)
        ),
    ),
}
