"""How a service behaves when something around it fails or ends (RES)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb import roles
from plumb.check import CannotJudgeError, Check, Finding, check
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


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "RES-06": (
        _lets_go,
        _waits_within_a_limit,
        shipped(
            "tests/e2e/test_serve.py::test_serve_answers_until_it_is_terminated",
            "SIGTERM ends the process in order",
        ),
    ),
}
