"""Services that nobody can understand from what is written (DCS)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write
from conformance.counterexamples.alerts import NO_RUNBOOKS, UNDOCUMENTED
from conformance.counterexamples.authentication import LET_IN, UNDECLARED
from conformance.counterexamples.schemas import FINDINGS as SCHEMAS

_README = "README.md"
_ROUTER = "{orders[router]}.py"


def _without(heading: str, says: str) -> Spoiled:
    return Spoiled(Edit(_README, f"## {heading}\n", "## Something\n"), says=says)


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "DCS-01": (
        Spoiled(
            Edit(_README, "A backend service.", ""),
            Edit(_README, "A Python service with an HTTP API, on FastAPI,", ""),
            Edit(_README, " SQLAlchemy and PostgreSQL.\n", "\n"),
            says="what the service is for",
        ),
    ),
    "DCS-02": (_without("Quick start", "how to set it up"),),
    "DCS-03": (
        _without("Configuration", "how it is set up by variables"),
        Spoiled(
            Edit(_README, "LOG_FORMAT", "LOG_SHAPE"), says="does not explain LOG_FORMAT"
        ),
    ),
    "DCS-04": (_without("API", "what the API offers"),),
    "DCS-05": (_without("Development", "how to develop"),),
    "DCS-06": (_without("Deployment", "how to deploy"),),
    "DCS-07": (_without("Troubleshooting", "what to do if it fails"),),
    "DCS-08": (_without("Layout", "how the code is arranged"),),
    "DCS-09": (
        Spoiled(
            Edit(_ROUTER, '    """Return one order."""\n', ""),
            says="GET /api/v1/orders/{order_id} has no description",
        ),
    ),
    "DCS-10": SCHEMAS["SCH-20"],
    "DCS-11": (
        Spoiled(
            Edit(_ROUTER, "responses=raises(MISSING)", "responses={}"),
            says="GET /api/v1/orders/{order_id} says nothing of what is not there",
        ),
    ),
    "DCS-18": (
        Spoiled(
            Edit(_ROUTER, '"/{order_id}/place"', '"/{order_id}/placement"'),
            says="POST /api/v1/orders/{order_id}/placement is not described",
        ),
    ),
    "DCS-12": (UNDECLARED, LET_IN),
    "DCS-13": (
        Spoiled(
            Edit(
                "{place[main]}.py", "requests a minute; `RateLimit`", "things; `Left`"
            ),
            Edit("{place[main]}.py", "Lists come in pages", "Lists are short"),
            says=("how many requests are allowed", "how lists are paged"),
        ),
    ),
    "DCS-14": (
        Spoiled(
            Edit("CHANGELOG.md", "[Unreleased]", "Later"),
            Edit("README.md", "**Breaking**", "**Note**"),
            says=("[Unreleased]", "how a change that breaks callers is marked"),
        ),
    ),
    "DCS-15": (
        Spoiled(
            Edit(
                _ROUTER, '@router.get("")', '@router.get("", include_in_schema=False)'
            ),
            says="list_orders is left out",
        ),
    ),
    "DCS-21": (
        Spoiled(
            Edit(_README, "uv sync --locked --no-dev", "export DATABASE_ADDRESS=..."),
            says="tells to set DATABASE_ADDRESS",
        ),
        Spoiled(
            Edit(_README, "(docs/extending.md)", "(docs/gone.md)"), says="docs/gone.md"
        ),
    ),
    "DCS-22": (Spoiled(Edit(_README, "macOS", "Mac"), says="on macOS"),),
    "DCS-29": (Spoiled(Remove("docs"), says="how to add a table"),),
    "DCS-33": (
        Spoiled(Edit("pyproject.toml", "strict = true\nplugins", "plugins")),
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Adds."""\n\n\ndef add(one):\n    """Add one."""\n    return one\n',
            )
        ),
    ),
    "DCS-23": (NO_RUNBOOKS,),
    "DCS-24": (UNDOCUMENTED,),
}
