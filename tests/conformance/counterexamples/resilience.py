"""Services that do not end in order (RES)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "RES-06": (
        Spoiled(
            Edit("{place[main]}.py", "        lifespan=lifespan,\n", ""),
            says="without a lifespan",
        ),
        Spoiled(
            Edit("{src}/cli.py", "timeout_graceful_shutdown=", "backlog="),
            Write("Dockerfile", 'FROM python:3.13-slim\nCMD ["uvicorn", "acme:app"]\n'),
            says="waits without end",
        ),
    ),
}
_BREAKER = "{src}/core/breaker.py"
_LINK = "{src}/core/redis_link.py"
_CLIENT = "{src}/core/outbound.py"
_OUTBOUND = "tests/unit/test_outbound.py"
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_OUTBOUND}::test_failure_that_passes_is_tried_three_times_with_growing_pauses": {
        "RES-01": Spoiled(Edit(_CLIENT, "wait_exponential_jitter", "wait_random"))
    },
    f"{_OUTBOUND}::test_what_must_not_be_repeated_is_not": {
        "RES-01": Spoiled(Edit(_CLIENT, '{"DELETE"', '{"POST", "DELETE"'))
    },
    f"{_OUTBOUND}::test_pause_that_outlasts_the_timeout_is_not_made": {
        "RES-02": Spoiled(
            Edit(
                "{src}/core/process_settings.py", "default=10, gt=0", "default=11, gt=0"
            )
        )
    },
    "tests/integration/test_outbound_calls.py"
    "::test_service_that_misbehaves_is_a_problem_in_time": {
        "RES-02": Spoiled(
            Edit(_CLIENT, "timeout_at(deadline)", "timeout_at(deadline + 3)")
        )
    },
    f"{_OUTBOUND}::test_error_status_is_raised_at_once": {
        "RES-03": Spoiled(
            Edit(_CLIENT, "        if answer.is_error:\n", "        if not answer:\n")
        )
    },
    f"{_OUTBOUND}::test_service_that_keeps_failing_is_left_alone": {
        "RES-04": Spoiled(Edit(_BREAKER, "_FAILURES = 5", "_FAILURES = 6"))
    },
    f"{_OUTBOUND}::test_breaker_opens_and_a_probe_closes_it": {
        "ASY-09": Spoiled(Edit(_BREAKER, "            turn = self._probe\n", "")),
        "RES-04": Spoiled(Edit(_BREAKER, "seconds: float = 60", "seconds: float = 59")),
    },
    "tests/integration/test_redis_outages.py"
    "::test_redis_that_is_killed_costs_nobody_an_answer": {
        "RES-05": Spoiled(
            Edit(_LINK, "except (RedisError, OSError)", "except ZeroDivisionError"),
        ),
        "HLT-05": Spoiled(
            Edit(
                "{place[startup]}/redis.py",
                '        app.state.dispensable["redis"] = link.answers\n',
                "",
            ),
            says="KeyError: 'redis'",
        ),
    },
    f"{_OUTBOUND}::test_call_is_logged_in_short_and_without_secrets": {
        "RES-07": Spoiled(Edit(_CLIENT, 'summary["status"] = answer', "_ = answer"))
    },
    "tests/e2e/test_shutdown.py::test_no_request_fails_while_the_process_stops": {
        "RES-06": Spoiled(
            Edit("{src}/core/shutdown.py", "call_later, delay", "call_later, 0")
        )
    },
    "tests/e2e/test_serve.py::test_serve_answers_until_it_is_terminated": {
        "LOG-16": Spoiled(
            Edit(
                "{src}/core/logging.py", "StreamHandler(sys.stdout)", "StreamHandler()"
            )
        ),
        "LOG-31": Spoiled(
            Edit(
                "{src}/core/logging.py",
                "    _attach(logging.StreamHandler(sys.stdout)",
                '    if settings.format == "json":\n        return\n'
                "    _attach(logging.StreamHandler(sys.stdout)",
            )
        ),
        "RES-06": Spoiled(
            Edit(
                "{place[main]}.py",
                '    logger.info("stopped")',
                '    raise OSError("the pool does not close")',
            )
        ),
    },
}
