"""A generated service and the floors, running on one database."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from typing import Self

from maintenance.template import copy_questionnaire, generate

ROOT = Path(__file__).resolve().parents[3]
FLOORS = Path(__file__).with_name("floors")
NAMES = {"project_name": "acme-orders", "package_name": "acme"}
ORDERS = 1000
OPEN = "open"
"""The service that is rendered without authentication."""

_DATABASE = """
import sys
from scripts.local import start_postgres
print(start_postgres("benchmark"), flush=True)
sys.stdin.read()
"""

_ISSUING = """
from os import environ
from uuid import uuid4
from acme.core.auth_settings import JwtSettings
from acme.core.roles import Role
from acme.core.tokens import Claims, TokenIssuer
settings = JwtSettings(key=environ["JWT_KEY"].encode(), access_minutes=60)
claims = Claims(uuid4(), uuid4(), Role.MEMBER, Role.MEMBER.scopes)
print(TokenIssuer(settings).issue(claims))
"""

_KNOWING = """
import asyncio
from uuid import uuid4
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlalchemy import insert
from acme.core.config import get_settings
from acme.core.database import Database
from acme.models.account import AccountModel

async def store():
    hashers = {"argon2": Argon2Hasher(), "bcrypt": BcryptHasher()}
    hashes = {kind: each.hash("some words of mine") for kind, each in hashers.items()}
    accounts = [
        {"id": uuid4(), "email": f"{kind}@example.com", "role": "member",
         "password_hash": hashed}
        for kind, hashed in hashes.items()
    ]
    database = Database(get_settings().database)
    async with database.unit_of_work() as uow:
        await uow.execute(insert(AccountModel), accounts)
    await database.dispose()

asyncio.run(store())
"""


class Stage:
    """Everything that is measured, from the first to the last request.

    Attributes:
        ports: where each server listens, by its name.
        orders: the ids of the orders that are there.
        headers: of each request.
    """

    def __init__(self, folder: Path) -> None:
        """Use an empty folder."""
        self.ports: dict[str, int] = {}
        self.orders: list[str] = []
        self.headers: dict[str, str] = {}
        self._folder = folder
        self._project = folder / "service"
        self._processes = ExitStack()
        self._environment = {
            **{key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"},
            "XDG_CACHE_HOME": str(folder / "caches"),
            "UV_CACHE_DIR": self._output("uv", "cache", "dir"),
            "PYTHONPATH": str(FLOORS),
        }

    def __enter__(self) -> Self:
        """Render the service, start PostgreSQL and the servers, store some orders."""
        with self._processes:
            self._prepare()
            self._processes = self._processes.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self._processes.close()

    def let_log_in(self) -> int:
        """Store accounts, and return the port of a service that limits no logins."""
        self._run("python", "-c", _KNOWING)
        self._environment["RATE_LIMIT_PER_MINUTE"] = "0"
        self._serve("unlimited", "acme", "serve")
        return self.ports.pop("unlimited")

    def _prepare(self) -> None:
        template = self._folder / "template"
        copy_questionnaire(ROOT, template)
        shutil.copytree(ROOT / "template", template / "template")
        generate(template, self._project, NAMES)
        generate(template, self._folder / OPEN, {**NAMES, "auth": "none"})
        for project in (self._project, self._folder / OPEN):
            subprocess.run(
                ["uv", "sync", "--locked", "--quiet"],
                cwd=project,
                env=self._environment,
                check=True,
            )
        database = self._start("1", "python", "-c", _DATABASE, stdout=subprocess.PIPE)
        assert database.stdout is not None
        url = database.stdout.readline().decode().strip()
        # As in production, but for what it cannot have here.
        self._environment |= {
            "DATABASE_URL": url,
            # Five pools have room in one server.
            "DATABASE_MAX_OVERFLOW": "10",
            "JWT_KEY": token_hex(32),
            "LOG_LEVEL": "INFO",
            # Counted, and never reached.
            "RATE_LIMIT_PER_MINUTE": "1000000000",
        }
        self._run("alembic", "upgrade", "head")
        token = self._run("python", "-c", _ISSUING)
        self.headers = {"Authorization": f"Bearer {token}"}
        self._serve("service", "acme", "serve")
        self._serve(OPEN, "acme", "serve", project=self._folder / OPEN)
        for name in ("unlayered", "bare", "plain"):
            server = ("--no-access-log", "--no-server-header", "--log-level", "warning")
            self._serve(name, "uvicorn", f"{name}:app", *server)
        self.orders = [self._create(number) for number in range(ORDERS)]

    def _run(self, *command: str) -> str:
        return subprocess.run(
            ["uv", "run", "--no-sync", *command],
            cwd=self._project,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.strip()

    def _serve(self, name: str, *command: str, project: Path | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = self._processes.enter_context((self._folder / f"{name}.log").open("wb"))
        started = ("0", *command, "--port", str(port))
        process = self._start(*started, stdout=log.fileno(), project=project)
        self.ports[name] = port
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            try:
                self._ask(port, "/health")
            except OSError:
                time.sleep(0.1)
            else:
                return
        said = (self._folder / f"{name}.log").read_text("utf-8")
        raise RuntimeError(f"{name} does not answer:\n{said}")

    def _create(self, number: int) -> str:
        lines = [
            {"sku": f"TEA-{n}", "quantity": n, "unit_price": "4.50"} for n in (1, 2)
        ]
        order = {"reference": f"seed-{number}", "customer": "Ada", "lines": lines}
        answer = self._ask(self.ports["service"], "/api/v1/orders", order)
        return str(answer["id"])

    def _ask(self, port: int, path: str, data: object = None) -> dict[str, object]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            None if data is None else json.dumps(data).encode(),
            {"Content-Type": "application/json", **self.headers},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            answer: dict[str, object] = json.load(response)
            return answer

    def _start(
        self, core: str, *command: str, stdout: int, project: Path | None = None
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["taskset", "-c", core, "uv", "run", "--no-sync", *command],
            cwd=project or self._project,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.STDOUT if stdout != subprocess.PIPE else None,
        )
        self._processes.callback(_stop, process)
        return process

    @staticmethod
    def _output(*command: str) -> str:
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        return ran.stdout.strip()


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(timeout=35)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
