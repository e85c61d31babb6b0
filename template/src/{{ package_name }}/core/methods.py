"""Which methods a path takes: routers answer for one route, a path may have several."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope


def methods_at(scope: Scope) -> set[str]:
    """Return the methods that the routes of a request's path take."""
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
