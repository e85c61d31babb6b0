"""Services that lose work, do it twice, or let clients wait for it (BGT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

_OUTBOX = "tests/integration/test_outbox.py"
_ORDERS = "tests/integration/test_orders.py"
_PAGE = "docs/background-work.md"
_RUNNER = "{outbox[runner]}.py"
_REPOSITORY = "{outbox[repository]}.py"
_SERVICE = "{orders[service]}.py"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "ASY-12": (
        Spoiled(
            Edit(_PAGE, "not in a thread", "or in a thread"),
            says="processes or a queue, not to threads",
        ),
    ),
    "BGT-03": (
        Spoiled(Edit(_PAGE, "up to 200 ms", "a while"), says="up to 200 ms awaited"),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_ORDERS}::test_report_is_made_after_the_answer": {
        "API-22 BGT-03 BGT-25": Spoiled(
            Edit(
                "{orders[router]}.py",
                '"/reports", status_code=HTTPStatus.ACCEPTED',
                '"/reports", status_code=HTTPStatus.OK',
            ),
            says="assert 200 == 202",
        ),
        "API-38": Spoiled(
            Edit(
                _SERVICE,
                "task_id = await self._outbox.record(OrderReportWanted())",
                "task_id = UUID(int=len(str(await self.report())))",
            ),
            says="404 == 'pending'",
        ),
    },
    f"{_ORDERS}::test_order_is_confirmed_after_it_was_placed": {
        "PER-12": Spoiled(
            Edit(
                _SERVICE,
                "        await self._outbox.record(placed, ordering_key=order.customer)\n",
                "        await self.confirm(placed.order_id)\n",
            ),
            says="is None",
        )
    },
    "tests/integration/test_accounts.py"
    "::test_mail_server_that_hangs_keeps_no_request_waiting": {
        "BGT-02": Spoiled(
            Edit(
                "{accounts[router]}.py",
                "background.add_task(request.app.state.mailer.hand_over, send)",
                "await send()",
            )
        )
    },
    f"{_OUTBOX}::test_message_that_is_delivered_five_times_at_once_has_one_effect": {
        "BGT-08": Spoiled(
            Edit(
                _REPOSITORY,
                "    func.coalesce(_ROW.running_until, func.now()) <= func.now(),\n",
                "",
            ),
            says="== (['note'], 1)",
        )
    },
    f"{_OUTBOX}::test_passing_failure_is_tried_again_with_growing_pauses": {
        "BGT-09": Spoiled(
            Edit("{src}/core/outbox_settings.py", "4 ** (attempt - 1)", "1")
        )
    },
    f"{_OUTBOX}::test_message_that_is_delivered_again_waits_for_its_next_attempt": {
        "BGT-09": Spoiled(Edit(_REPOSITORY, ", _ROW.due_at <= func.now()", ""))
    },
    f"{_OUTBOX}::test_lasting_failure_is_not_tried_again_nor_told_in_full": {
        "BGT-09": Spoiled(
            Edit(_RUNNER, "again = is_passing(error) and ", "again = "),
            says="pending",
        )
    },
    f"{_OUTBOX}::test_attempts_are_counted_and_timed": {
        "BGT-13": Spoiled(
            Edit(_RUNNER, "        TASKS.labels(taken.name, outcome).inc()\n", "")
        )
    },
}
