"""Asks a server as fast as it answers, and reads what wrk says of it."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

ALONE = "alone"
"""Constant answers to one client, whose requests never wait for another's."""
OPERATIONS = (ALONE, "constant", "list", "read", "create")

_READ = """
local keys = {{ {keys} }}
request = function()
  return wrk.format("GET", "/api/v1/orders/" .. keys[math.random(#keys)])
end
"""
_CREATE = """
local number = 0
wrk.headers["Content-Type"] = "application/json"
request = function()
  number = number + 1
  return wrk.format("POST", "/api/v1/orders", nil, string.format(
    '{{"reference": "{prefix}-%d", "customer": "Ada Lovelace", '
      .. '"lines": [{{"sku": "TEA-100", "quantity": 2, "unit_price": "4.50"}}]}}',
    number))
end
"""
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Measured:
    """What one run showed.

    Attributes:
        rate: answers in a second.
        p50: milliseconds that half of the answers took at most.
        p99: milliseconds that 99 of 100 took at most.
    """

    rate: float
    p50: float
    p99: float


class Load:
    """What is asked of each server."""

    def __init__(
        self,
        folder: Path,
        orders: Sequence[str],
        headers: Mapping[str, str],
        seconds: int,
    ) -> None:
        """Prepare it.

        Args:
            folder: for wrk's scripts.
            orders: the ids of orders to read.
            headers: of each request.
            seconds: how long a run takes.
        """
        self._folder = folder
        self._headers = "".join(
            f'wrk.headers["{name}"] = "{value}"\n' for name, value in headers.items()
        )
        self._keys = ", ".join(f'"{key}"' for key in orders)
        self._seconds = seconds
        self._runs = count()

    def run(
        self,
        operation: str,
        server: str,
        port: int,
        connections: int,
        seconds: int | None = None,
    ) -> Measured:
        """Ask a server, and return what wrk measured.

        Raises:
            RuntimeError: an answer was no success.
        """
        script = self._folder / "load.lua"
        script.write_text(self._script(operation), "utf-8")
        paths = {ALONE: "/health", "constant": "/health", "list": "/api/v1/orders"}
        path = paths.get(operation, "/")
        clients = 1 if operation == ALONE else connections
        wrk = f"wrk --latency -t 1 -c {clients} -d {seconds or self._seconds}s"
        url = f"http://127.0.0.1:{port}{path}"
        ran = subprocess.run(
            ["taskset", "-c", "1", *wrk.split(), "-s", str(script), url],
            capture_output=True,
            text=True,
            check=True,
        )
        if "Non-2xx" in ran.stdout or "Socket errors" in ran.stdout:
            raise RuntimeError(f"{server}, {operation}:\n{ran.stdout}")
        return Measured(
            rate=float(_found(r"Requests/sec:\s+([\d.]+)", ran.stdout)[1]),
            p50=_milliseconds("50%", ran.stdout),
            p99=_milliseconds("99%", ran.stdout),
        )

    def _script(self, operation: str) -> str:
        script = self._headers
        if operation == "read":
            script += _READ.format(keys=self._keys)
        elif operation == "create":
            script += _CREATE.format(prefix=f"bench-{next(self._runs)}")
        return script


def _milliseconds(share: str, output: str) -> float:
    value = _found(rf"{share}\s+([\d.]+)(us|ms|s)", output)
    return float(value[1]) * _UNITS[value[2]]


def _found(pattern: str, output: str) -> re.Match[str]:
    found = re.search(pattern, output)
    if found is None:
        raise RuntimeError(f"wrk said something else than {pattern}:\n{output}")
    return found
