"""How a service behaves when something around it fails or ends (RES)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb import roles
from plumb.check import CannotJudgeError, Check, Finding, check
from plumb.checks.caching import with_cache
from plumb.kinds import shipped
from plumb.service import Module, Service, last_name

_STARTED_BY = ("Dockerfile", "Procfile", "*compose*.y*ml", "*.sh", "scripts/*.sh")
_SERVES = re.compile(r"\buvicorn[\"', ]+[\w.]+:\w+")
_LIMITS = re.compile(r"timeout.graceful.shutdown|--reload", re.IGNORECASE)


def applications(service: Service) -> list[tuple[Module, ast.Call]]:
    """Return the places that make a FastAPI application.

    Raises:
        CannotJudgeError: there is none.
    """
    if made := roles.applications(service):
        return made
    raise CannotJudgeError("no FastAPI application is made in the package")


@check("ast", "the application has a lifespan, with something to do at its end")
def _lets_go(service: Service) -> Iterator[Finding]:
    made = list(applications(service))
    lifespans = list(filter(None, (_lifespan(call) for _, call in made)))
    # An application that is mounted on another lives as long as that one.
    for module, call in [] if lifespans else made:
        yield Finding(
            "makes an application without a lifespan: nothing closes what it holds",
            module.path,
            call.lineno,
        )
    for lifespan in lifespans:
        for own in service.modules:
            for function in own.functions:
                if function.name == last_name(lifespan) and _ends_at_yield(function):
                    yield Finding(
                        f"{function.name} ends with its yield: close there what it"
                        " opened",
                        own.path,
                        function.lineno,
                    )


@check("ast", "the server waits for requests in flight, but not for ever")
def _waits_within_a_limit(service: Service) -> Iterator[Finding]:
    advice = "waits without end for open requests: set timeout_graceful_shutdown"
    for module in service.modules:
        for call in module.calls:
            if ast.unparse(call.func) not in {"uvicorn.run", "uvicorn.Config"}:
                continue
            # `None` stands for `**options`, which may say it.
            given = {keyword.arg for keyword in call.keywords}
            if not given & {"timeout_graceful_shutdown", None}:
                yield Finding(advice, module.path, call.lineno)
    for pattern in _STARTED_BY:
        for path in service.glob(pattern):
            text = service.read(path)
            served = _SERVES.search(text)
            if served and not _LIMITS.search(text):
                line = text.count("\n", 0, served.start()) + 1
                yield Finding(advice, path, line)


def _lifespan(call: ast.Call) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == "lifespan"), None)


def _ends_at_yield(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    last = function.body[-1]
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Yield)


_OUTBOUND = "tests/unit/test_outbound.py"
logs_calls = shipped(
    f"{_OUTBOUND}::test_call_is_logged_in_short_and_without_secrets",
    "each call is a line in the log, without what may be secret",
)
without_redis = shipped(
    "tests/integration/test_redis_outages.py"
    "::test_redis_that_is_killed_costs_nobody_an_answer",
    "without Redis every request is served, readiness says degraded, and nobody calls it",
).when(with_cache)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "RES-01": (
        shipped(
            f"{_OUTBOUND}"
            "::test_failure_that_passes_is_tried_three_times_with_growing_pauses",
            "there are three attempts, after pauses of 1 to 2 and 2 to 3 seconds",
        ),
        shipped(
            f"{_OUTBOUND}::test_what_must_not_be_repeated_is_not",
            "a POST is sent once",
        ),
    ),
    "RES-02": (
        shipped(
            f"{_OUTBOUND}::test_pause_that_outlasts_the_timeout_is_not_made",
            "a call ends within 10 seconds, with its pauses",
        ),
        shipped(
            "tests/integration/test_outbound_calls.py"
            "::test_service_that_misbehaves_is_a_problem_in_time",
            "a service that hangs or drips is given up in time",
        ),
    ),
    "RES-03": (
        shipped(
            f"{_OUTBOUND}::test_error_status_is_raised_at_once",
            "the statuses 400, 404, 429 and 500 are raised",
        ),
    ),
    "RES-04": (
        shipped(
            f"{_OUTBOUND}::test_service_that_keeps_failing_is_left_alone",
            "after five failures a service gets no more calls, and others do",
        ),
        shipped(
            f"{_OUTBOUND}::test_breaker_opens_and_a_probe_closes_it",
            "after 60 seconds one call is let through",
        ),
    ),
    "RES-05": (without_redis,),
    "RES-06": (
        _lets_go,
        _waits_within_a_limit,
        shipped(
            "tests/e2e/test_serve.py::test_serve_answers_until_it_is_terminated",
            "SIGTERM ends the process in order",
        ),
        shipped(
            "tests/e2e/test_shutdown.py::test_no_request_fails_while_the_process_stops",
            "requests before, at and after SIGTERM succeed",
        ),
    ),
    "RES-07": (logs_calls,),
}
