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

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "NET-07": (
        Spoiled(
            Edit("{src}/core/request_errors.py", "CONTENT_TOO_LARGE", "IM_A_TEAPOT"),
            Edit(_BODY_LIMIT, "HTTPStatus.CONTENT_TOO_LARGE", "HTTPStatus.IM_A_TEAPOT"),
            says="nothing limits the size of a body",
        ),
    ),
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
    f"{LIMITS}::test_body_above_the_limit_is_refused": {
        "NET-07": Spoiled(
            Edit(_BODY_LIMIT, "if read > self._most_bytes:", "if False:"),
            says="assert",
        )
    }
}
