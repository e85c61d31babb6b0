"""Services that keep too little, too much or for too long (CAC)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

_CONDITIONS = "{src}/core/conditions.py"
_TESTS = "tests/integration/test_conditional_requests.py"

_CACHE = "tests/integration/test_cache.py"
_ORDERS = "tests/integration/test_cached_orders.py"
_KEPT = "{src}/core/redis_cache.py"
_SERVICE = "{orders[service]}.py"
_READS_AROUND = Edit(
    _SERVICE,
    "await self._cached.get(order_id, self._orders.get)",
    "await self._orders.get(order_id)",
)
_FORGETS = "self._uow.after_commit.add(partial(self._store.forget, name))"
FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "CAC-01": (
        Spoiled(
            Edit("pyproject.toml", '    "redis[hiredis]>=8.1",\n', ""),
            says="redis is no dependency",
        ),
    ),
    "CAC-03": (
        Spoiled(
            Edit(_KEPT, ", px=_CLAIM_SECONDS * 1000", ""),
            says="keeps a value for ever",
        ),
    ),
    "CAC-06": (
        Spoiled(
            Edit(_KEPT, "redis.scan(cursor, match, 500)", "redis.keys(match)"),
            says="walk with SCAN",
        ),
    ),
    "CAC-11": (
        Spoiled(
            Edit("docs/extending.md", "the session as its key", "something"),
            says="says what of a session may be kept",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_CACHE}::test_value_is_loaded_once_and_is_then_in_redis_for_all_processes": {
        "CAC-01 CAC-02": Spoiled(
            Edit(_KEPT, "await self._fill(name, claim, load(key))", "await load(key)")
        ),
        "MET-05": Spoiled(Edit(_KEPT, "HIT.inc()", "pass"), says="[0.0, 1.0, 0.0]"),
    },
    f"{_CACHE}::test_value_is_json_under_a_name_that_tells_what_it_is": {
        "CAC-05": Spoiled(Edit(_KEPT, "{name}:{key}", "{key}")),
        "CAC-07": Spoiled(
            Edit(_KEPT, "{value.model_dump_json(round_trip=True)}", "{value!r}"),
            says="JSONDecodeError",
        ),
    },
    f"{_CACHE}::test_value_ends_at_its_time_and_not_with_all_others": {
        "CAC-03": Spoiled(Edit(_KEPT, "seconds: float = 300", "seconds: float = 600"))
    },
    f"{_CACHE}::test_value_that_a_unit_of_work_changes_is_forgotten_after_its_commit": {
        "CAC-04": Spoiled(Edit(_KEPT, _FORGETS, "pass"))
    },
    f"{_CACHE}::test_value_that_was_read_before_a_change_is_not_kept_after_it": {
        "CAC-04": Spoiled(
            Edit(_KEPT, "if redis.call('GET', KEYS[1]) ~= ARGV[1]", "if false"),
        )
    },
    f"{_CACHE}::test_all_values_of_a_kind_are_forgotten_by_a_pattern": {
        "CAC-06": Spoiled(
            Edit(_KEPT, "self.name(kind, pattern), 0", 'pattern + "x", 0')
        )
    },
    f"{_CACHE}::test_value_that_many_miss_at_once_is_loaded_once": {
        "CAC-08": Spoiled(Edit(_KEPT, "await asyncio.sleep(pause)", "return None"))
    },
    f"{_ORDERS}::test_second_read_of_an_order_asks_no_database": {
        "CAC-02 CAC-08": Spoiled(_READS_AROUND, says="assert 2 == 1")
    },
    f"{_ORDERS}::test_order_that_changes_is_read_anew": {
        "CAC-04": Spoiled(Edit(_SERVICE, "        self._cached.forget(order_id)\n", ""))
    },
    f"{_TESTS}::test_answer_that_a_client_has_is_not_sent_again": {
        "API-43 CAC-10": Spoiled(
            Edit(
                "{place[middleware]}/conditional.py",
                "is_known = message",
                "_ = message",
            ),
            says="assert 200 == 304",
        ),
        "CAC-09": Spoiled(
            Edit(_CONDITIONS, ', "Cache-Control": "private, no-cache"', ""),
            says="no-store",
        ),
    },
    "tests/integration/test_orders.py::test_order_says_which_version_it_is": {
        "API-43 CAC-09 CAC-10": Spoiled(
            Edit("{place[base_model]}.py", 'text("version + 1")', 'text("version")'),
            says="etag",
        )
    },
}
