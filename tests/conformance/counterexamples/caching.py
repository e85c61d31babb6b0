"""Services whose answers cannot be kept by those who got them (CAC)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

_CONDITIONS = "{src}/core/conditions.py"
_TESTS = "tests/integration/test_conditional_requests.py"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
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
