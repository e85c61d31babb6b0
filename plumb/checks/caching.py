"""What is kept to be used again, by the service and by its clients (CAC)."""

from collections.abc import Mapping

from plumb.check import Check
from plumb.checks.pagination import with_orders
from plumb.kinds import shipped

_TESTS = "tests/integration/test_conditional_requests.py"

_tagged = shipped(
    "tests/integration/test_orders.py::test_order_says_which_version_it_is",
    "an answer has the ETag of what it shows, which changes with that",
).when(with_orders)

UNCHANGED: tuple[Check, ...] = (
    shipped(
        f"{_TESTS}::test_answer_that_a_client_has_is_not_sent_again",
        "who has an answer gets 304 instead, with headers that let them keep it",
    ),
    _tagged,
)
CHECKS: Mapping[str, tuple[Check, ...]] = {"CAC-09": UNCHANGED, "CAC-10": UNCHANGED}
