"""What middleware asks of a request, and adds to its answer."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Message, Scope, Send


def adding_headers(send: Send, headers: Sequence[tuple[bytes, bytes]]) -> Send:
    """Return a `send` that adds to an answer what is in `headers` when it begins."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return send_with_headers


def is_probe(scope: Scope) -> bool:
    """Return whether a health check or a collector of metrics asks, which has no limit."""
    return f"{scope['path']}/".startswith(("/health/", "/metrics/"))


def route_of(scope: Scope) -> Any:  # noqa: ANN401  a route, or FastAPI's context of one
    """Return the route of a request, with the prefixes of its routers; None if unknown."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    return context or scope.get("route")


def methods_at(scope: Scope) -> set[str]:
    """Return the methods that a request's path takes, of which each route has some."""
    app: FastAPI = scope["app"]
    return {
        method
        for route in iter_route_contexts(app.routes)
        if route.matches(scope)[0] is not Match.NONE
        for method in route.methods or ()
    }


def allow_header(methods: set[str]) -> dict[str, str]:
    """Return the header `Allow` of a path (RFC 9110, section 10.2.1).

    Args:
        methods: of its routes; HEAD is served where GET is, and OPTIONS everywhere.
    """
    served = {"OPTIONS", *methods, *(["HEAD"] if "GET" in methods else [])}
    return {"Allow": ", ".join(sorted(served))}
