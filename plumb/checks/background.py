"""What is done after a response, and regularly (BGT)."""

import re
from collections.abc import Mapping

from plumb.check import Check
from plumb.checks.authentication import with_accounts
from plumb.checks.pagination import with_orders
from plumb.kinds import shipped, text

_OUTBOX = "tests/integration/test_outbox.py"
_ORDERS = "tests/integration/test_orders.py"
_PAGE = "docs/background-work.md"


def _decides_by_duration(page: str) -> bool:
    rows = [line for line in page.splitlines() if line.startswith("|")]
    said = (r"\b20 ms\b", r"\b200 ms.*await", r"\b202\b")
    return all(any(re.search(each, row) for row in rows) for each in said)


def _keeps_threads_free(page: str) -> bool:
    sentences = re.split(r"(?<=[.:])\s", page)
    return any(
        re.search(r"comput|processor", each)
        and re.search(r"process(es)?\b|queue|worker", each)
        and re.search(r"(not|no|never)\b.*\bthread", each, re.DOTALL)
        for each in sentences
    )


_later = shipped(
    f"{_ORDERS}::test_report_is_made_after_the_answer",
    "long work is answered with 202 at once, and done afterwards",
).when(with_orders)
_once = shipped(
    f"{_OUTBOX}::test_message_that_is_delivered_five_times_at_once_has_one_effect",
    "a task that is delivered five times at once has one effect",
)
_counted = shipped(
    f"{_OUTBOX}::test_attempts_are_counted_and_timed",
    "metrics tell how many attempts there were, how they ended, and how long they took",
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "API-22": (_later,),
    "API-38": (_later,),
    "ASY-12": (
        text(
            _PAGE,
            _keeps_threads_free,
            "sends what computes for long to processes or a queue, not to threads",
        ),
    ),
    "BGT-02": (
        shipped(
            "tests/integration/test_accounts.py"
            "::test_mail_server_that_hangs_keeps_no_request_waiting",
            "letters, which may be lost, leave after the response",
        ).when(with_accounts),
    ),
    "BGT-03": (
        text(
            _PAGE,
            _decides_by_duration,
            "has a table: up to 20 ms inline, up to 200 ms awaited, beyond that 202",
        ),
        _later,
    ),
    "BGT-08": (_once,),
    "BGT-09": (
        shipped(
            f"{_OUTBOX}::test_passing_failure_is_tried_again_with_growing_pauses",
            "a passing failure is tried again five times, with growing pauses",
        ),
        shipped(
            f"{_OUTBOX}"
            "::test_message_that_is_delivered_again_waits_for_its_next_attempt",
            "a second delivery is no reason to begin sooner",
        ),
        shipped(
            f"{_OUTBOX}::test_lasting_failure_is_not_tried_again_nor_told_in_full",
            "another failure is not tried again",
        ),
    ),
    "BGT-13": (_counted,),
    "BGT-25": (_later,),
    "PER-12": (
        shipped(
            f"{_ORDERS}::test_order_is_confirmed_after_it_was_placed",
            "who places an order does not wait for its confirmation",
        ).when(with_orders),
    ),
}
