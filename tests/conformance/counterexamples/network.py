"""Services that trust what comes in (NET)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from plumb.checks.performance import LIMITS

_BODY_LIMIT = "{place[middleware]}/body_limit.py"
_TRUSTING = '''"""Trusts its input."""

import os
import subprocess

import jinja2


def trust(given: str) -> str:
    """Let it through everywhere."""
    subprocess.Popen(given, shell=True)
    launch(given, shell=True)
    os.system(given)
    jinja2.Environment(autoescape=False)
    return f"SELECT * FROM orders WHERE customer = '{given}'"
'''

_HEADERS = "{place[middleware]}/security_headers.py"
_RATE = "{src}/core/rate_limits.py"
_BROWSERS = "tests/integration/test_browsers.py"
_LIMITS = "tests/integration/test_rate_limits.py"


def _without(header: str, says: str = "") -> Spoiled:
    """Return a service that sends another header instead."""
    change = Edit(_HEADERS, f'b"{header.lower()}"', 'b"x-something"')
    return Spoiled(change, says=says or f"nothing sends {header}")


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "NET-01": (
        Spoiled(
            Edit("{place[middleware]}/cors.py", "=origins", '=["*"]'),
            says="allow_origins lets every page call",
        ),
    ),
    "NET-07": (
        Spoiled(
            Edit("{src}/core/request_errors.py", "CONTENT_TOO_LARGE", "IM_A_TEAPOT"),
            Edit(_BODY_LIMIT, "HTTPStatus.CONTENT_TOO_LARGE", "HTTPStatus.IM_A_TEAPOT"),
            says="nothing limits the size of a body",
        ),
    ),
    "NET-08": (_without("X-Content-Type-Options"),),
    "NET-09": (_without("X-Frame-Options"),),
    "NET-10": (_without("Strict-Transport-Security"),),
    "NET-11": (_without("Content-Security-Policy"),),
    "NET-15": (
        Spoiled(
            Edit("{orders[router]}.py", "data: OrderCreate", "data: dict[str, str]"),
            Edit(
                "{orders[router]}.py",
                "service.create(data)",
                "service.create(await request.json())",
            ),
            says="takes data as dict[str, str]",
        ),
        Spoiled(Write("{src}/core/added.py", _TRUSTING)),
    ),
    "NET-16": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Runs text."""\n\n\ndef run(code: str) -> None:\n'
                '    """Run it."""\n    exec(eval(code))\n',
            )
        ),
    ),
}

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_BROWSERS}::test_every_answer_has_the_headers_of_security": {
        "NET-08": _without("X-Content-Type-Options", says="x-content-type-options"),
        "NET-09": Spoiled(Edit(_HEADERS, "DENY", "SAMEORIGIN"), says="SAMEORIGIN"),
        "NET-11": Spoiled(
            Edit(_HEADERS, "default-src 'none'", "default-src 'self'"), says="'self'"
        ),
    },
    f"{_BROWSERS}::test_production_is_reached_by_https_only": {
        "NET-10": Spoiled(
            Edit(_HEADERS, "is Environment.PRODUCTION", "is Environment.STAGING")
        )
    },
    f"{_BROWSERS}::test_pages_may_not_call_unless_they_are_named": {
        "NET-01": Spoiled(
            Edit(
                "{place[middleware]}/cors.py",
                "settings.cors.origins",
                '(settings.cors.origins or ["*"])',
            )
        )
    },
    "tests/integration/test_shared_limits.py::test_two_processes_share_one_limit": {
        "NET-04": Spoiled(
            Edit(
                "{src}/core/redis_limits.py",
                "{self._application}:rate",
                "{id(self)}:rate",
            ),
        ),
    },
    f"{_LIMITS}::test_request_101_of_a_minute_is_refused": {
        "NET-04": Spoiled(
            Edit(
                "{place[middleware]}/rate_limit.py",
                "            if left < 0:\n",
                "            if left < -1:\n",
            ),
            says="retry-after",
        ),
        "API-20": Spoiled(
            Edit(_RATE, "HTTPStatus.TOO_MANY_REQUESTS", "HTTPStatus.FORBIDDEN"),
            says="200 == 99",
        ),
        "NET-05": Spoiled(
            Edit("{src}/core/http_settings.py", "default=100", "default=101"),
            says="100 == 99",
        ),
        "NET-06": Spoiled(
            Edit("{place[middleware]}/rate_limit.py", 'b"ratelimit"', 'b"x-left"'),
            says="ratelimit",
        ),
    },
    f"{_LIMITS}::test_description_tells_the_limits": {
        "NET-06": Spoiled(Edit("{place[main]}.py", "requests a minute", "requests"))
    },
    f"{LIMITS}::test_body_above_the_limit_is_refused": {
        "NET-07": Spoiled(
            Edit(_BODY_LIMIT, "if read > self._most_bytes:", "if False:"),
            says="assert",
        )
    },
}
