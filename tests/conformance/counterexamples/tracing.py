"""Services in which a request loses its id (TRC)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled
from conformance.counterexamples.logs import WITHOUT_HEADERS

_REQUEST_LOG = "{place[middleware]}/request_log.py"
_TESTS = "tests/integration/test_application.py"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {"TRC-01": (WITHOUT_HEADERS,)}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_correlation_id_of_the_caller_is_kept": {
        "TRC-01": Spoiled(
            Edit(
                _REQUEST_LOG,
                "given if _ACCEPTED.fullmatch(given) else request_id",
                "request_id",
            )
        )
    },
    f"{_TESTS}::test_correlation_id_that_could_forge_a_log_is_replaced": {
        "TRC-01": Spoiled(
            Edit(
                _REQUEST_LOG,
                "given if _ACCEPTED.fullmatch(given) else request_id",
                "given",
            )
        )
    },
}
