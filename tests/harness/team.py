"""A team that works on a generated project, in any layout and with any answers.

Each edit is one that the project's pages describe, or that a team makes without asking:
what it writes, it must find again after each update.
"""

import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from harness.history import Project
from harness.process import run
from harness.questionnaire import recorded
from harness.render import tree
from maintenance.atlas import sums

MODEL = '''\
"""The table of tickets."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from {package}.{base} import Record


class TicketModel(Record):
    """A question of a customer."""

    __tablename__ = "tickets"

    subject: Mapped[str] = mapped_column(String(200))
'''

ROUTER = '''\
"""Tickets over HTTP."""

from fastapi import APIRouter

router = APIRouter(prefix="/tickets", tags=["Tickets"])


@router.get("/kinds", openapi_extra={"security": []})
async def list_kinds() -> list[str]:
    """List what a ticket can be about."""
    return ["question", "defect"]
'''

SETTINGS = '''\
"""The settings of tickets."""

from {package}.core.setting_groups import SettingsGroup


class TicketSettings(SettingsGroup):
    """Where tickets go."""

    inbox: str = "support@example.com"
'''

MIDDLEWARE = '''\
"""Says in which language answers are."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from {package}.core.extensions import Layer


class ContentLanguageMiddleware:
    """Adds `Content-Language: en` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["content-language"] = "en"
            await send(message)

        await self._app(scope, receive, send_with_language)


layer = Layer(order=1000, wrap=lambda app, _: ContentLanguageMiddleware(app))
'''

HOOK = '''\
"""Says when tickets are taken."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from {package}.core.extensions import StartupHook

logger = logging.getLogger(__name__)


@asynccontextmanager
async def announce(app: FastAPI) -> AsyncIterator[None]:
    """Log both moments."""
    logger.info("tickets_begin", extra={"service": app.title})
    yield
    logger.info("tickets_end")


hook = StartupHook(order=100, run=announce)
'''

MIGRATION = '''\
"""create tickets."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "tickets"
down_revision: str | None = "{head}"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )


def downgrade() -> None:
    op.drop_table("tickets")
'''

SQL = """\
CREATE TABLE tickets (
    id uuid NOT NULL,
    subject varchar(200) NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL,
    deleted_at timestamptz,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_tickets PRIMARY KEY (id)
);
"""

TEST = '''\
"""Tickets, from the HTTP request on."""

from httpx2 import AsyncClient


async def test_list_kinds(client: AsyncClient) -> None:
    response = await client.get("/api/v1/tickets/kinds")
    assert response.json() == ["question", "defect"]
    assert response.headers["content-language"] == "en"
'''

TASKS = """\
version: "3"

tasks:
  tickets:
    desc: Say where tickets go
    cmds:
      - grep TICKETS_ .env.example
"""

README = """\
# Tickets

Where customers ask.

## On call

Ring the bell.
"""

# Template-owned, and seed-once.
UNWANTED = ("docs/your-first-resource.md", "tests/e2e/test_order_traces.py")
BUMPED = ("structlog", "ruff")
_ACTION = re.compile(r"(?m)(astral-sh/setup-uv)@[0-9a-f]{40} # .*$")
_HOOK = re.compile(r"rumdl@[\d.]+")


@dataclass(frozen=True)
class Places:
    """Where a team's new modules go in a layout, below the package.

    Attributes:
        model: the module of a new table.
        router: the module of new endpoints.
        settings: the module of a new group of settings.
        middleware: the module of new middleware.
        startup: the module of a new start-up hook.
        base: the module that new tables import their base from.
    """

    model: str
    router: str
    settings: str
    middleware: str
    startup: str
    base: str


PLACES = {
    "layered": Places(
        "models/ticket.py",
        "api/v1/tickets.py",
        "settings/tickets.py",
        "middleware/content_language.py",
        "startup/tickets.py",
        "models.base",
    ),
    "domain": Places(
        "tickets/models.py",
        "tickets/router.py",
        "tickets/settings.py",
        "tickets/middleware.py",
        "tickets/startup.py",
        "shared.base_model",
    ),
}


MODULES = {
    "model": MODEL,
    "router": ROUTER,
    "settings": SETTINGS,
    "middleware": MIDDLEWARE,
    "startup": HOOK,
}


@dataclass(frozen=True)
class Work:
    """What a team did to a project, to be found there whatever comes.

    Attributes:
        edits: what was done, by name.
        added: the lines that were added, by the files that are not deleted.
        removed: the lines that were removed from these files.
        deleted: the files that were deleted.
    """

    edits: tuple[str, ...]
    added: Mapping[str, Counter[str]]
    removed: Mapping[str, Counter[str]]
    deleted: frozenset[str]

    @classmethod
    def between(
        cls, before: Mapping[str, bytes], after: Mapping[str, bytes], edits: list[str]
    ) -> Self:
        """Return what turns the files of one project into those of another."""
        lines = {
            path: (_lines(before.get(path, b"")), _lines(content))
            for path, content in after.items()
            if before.get(path) != content
        }
        return cls(
            tuple(edits),
            {path: new - old for path, (old, new) in lines.items()},
            {path: old - new for path, (old, new) in lines.items()},
            frozenset(before.keys() - after.keys()),
        )

    @classmethod
    def nothing(cls) -> Self:
        """Return the work of nobody."""
        return cls.between({}, {}, [])

    @property
    def touched(self) -> frozenset[str]:
        """The files that are not as they were generated."""
        return self.deleted | self.added.keys()

    def then(self, later: Self) -> Self:
        """Return this work, after which the team did more."""
        kept = self.added.keys() - later.deleted
        return replace(
            self,
            added={path: self.added[path] for path in kept} | {**later.added},
            removed={path: self.removed[path] for path in kept} | {**later.removed},
            deleted=self.deleted - later.added.keys() | later.deleted,
        )

    def lost(self, project: Path) -> dict[str, list[str]]:
        """Return the lines that a project lacks, by file."""
        return {
            path: [*lost]
            for path, added in self.added.items()
            if (lost := added - _lines_of(project / path))
        }

    def returned(self, project: Path) -> list[str]:
        """Return the files, and the lines of others, that were removed and are back."""
        files = [path for path in self.deleted if (project / path).exists()]
        lines = [
            f"{path}: {line}"
            for path, removed in self.removed.items()
            for line in removed & _lines_of(project / path)
            if line.strip() and line not in self.added[path]
        ]
        return sorted(files) + lines


def _lines_of(path: Path) -> Counter[str]:
    return _lines(path.read_bytes() if path.exists() else b"")


def _lines(content: bytes) -> Counter[str]:
    return Counter(content.decode("utf-8", "replace").splitlines())


@dataclass(frozen=True)
class Workplace:
    """A generated project, as those see it who work on it."""

    path: Path

    @cached_property
    def answers(self) -> dict[str, Any]:
        """How it was made."""
        return recorded(self.path)

    @cached_property
    def package(self) -> Path:
        """The folder of the package."""
        name: str = self.answers["package_name"]
        return self.path / "src" / name

    @property
    def places(self) -> Places:
        """Where new modules go."""
        return PLACES[self.answers["layout"]]

    def add_module(self, place: str, text: str) -> None:
        """Write a module below the package, where a new folder gets its docstring."""
        file = self.package / place
        marker = file.parent / "__init__.py"
        if not marker.exists():
            write(marker, '"""Added by the team."""\n')
        names = {"{package}": self.package.name, "{base}": self.places.base}
        for name, value in names.items():
            text = text.replace(name, value)
        write(file, text)


def work_on(project: Project) -> Work:
    """Do all that a team does to a project, and commit it."""
    place = Workplace(project.path)
    before = tree(project.path)
    edits = [each for each in EDITS if each is not change_example or _example(place)]
    for each in edits:
        each(place)
    project.commit("Take tickets")
    names = [each.__name__ for each in edits]
    return Work.between(before, tree(project.path), names)


def move_modules(project: Path, old: str) -> None:
    """Move the team's modules to where they belong after a change of the layout.

    Args:
        project: its folder.
        old: the layout of before.
    """
    place = Workplace(project)
    new = asdict(place.places)
    for name, text in MODULES.items():
        file = place.package / getattr(PLACES[old], name)
        file.unlink()
        if all(each.name.startswith("__") for each in file.parent.iterdir()):
            shutil.rmtree(file.parent)
        place.add_module(new[name], text)


def add_resource(place: Workplace) -> None:
    """Add a table, its migration, routes, and their test."""
    place.add_module(place.places.model, MODEL)
    place.add_module(place.places.router, ROUTER)
    migrations = place.path / "migrations"
    if place.answers["migrations"] == "atlas":
        write(migrations / "20260201000001_create_tickets.sql", SQL)
        files = sorted(migrations.glob("*.sql"))
        text = sums((path.name, path.read_bytes()) for path in files)
        (migrations / "atlas.sum").write_text(text, "utf-8")
    else:
        versions = migrations / "versions"
        head = max(path.name for path in versions.glob("*.py")).partition("_")[0]
        write(versions / "tickets_create.py", MIGRATION.format(head=head))
    write(place.path / "tests" / "integration" / "test_tickets.py", TEST)


def add_setting(place: Workplace) -> None:
    """Add a group of settings, and show it where all settings are."""
    place.add_module(place.places.settings, SETTINGS)
    shown = "# Where tickets arrive.\nTICKETS_INBOX=support@example.com\n"
    append(place.path / ".env.example", shown)


def add_middleware(place: Workplace) -> None:
    """Add something that each request passes."""
    place.add_module(place.places.middleware, MIDDLEWARE)


def add_hook(place: Workplace) -> None:
    """Add something that runs around the life of the application."""
    place.add_module(place.places.startup, HOOK)


def add_task(place: Workplace) -> None:
    """Add a task of developers."""
    write(place.path / "Taskfile.project.yml", TASKS)


def rewrite_readme(place: Workplace) -> None:
    """Say in other words what the service is."""
    (place.path / "README.md").write_text(README, "utf-8")


def change_example(place: Workplace) -> None:
    """Change what the example says of itself."""
    [schemas] = [
        path
        for path in place.package.rglob("*.py")
        if "class OrderCreate(" in path.read_text("utf-8")
    ]
    edit(schemas, "Ring twice.", "Ring three times.")


def delete_files(place: Workplace) -> None:
    """Delete files that nobody wanted."""
    for path in UNWANTED:
        (place.path / path).unlink(missing_ok=True)


def bump_pins(place: Workplace) -> None:
    """Take newer versions, as bots propose them."""
    lock = tomllib.loads((place.path / "uv.lock").read_text("utf-8"))
    locked = {package["name"]: package.get("version") for package in lock["package"]}
    project = place.path / "pyproject.toml"
    for name in BUMPED:
        floor = re.compile(rf'"{name}>=[\d.]+"')
        substitute(project, floor, f'"{name}>={locked[name]}"')
    workflow = place.path / ".github" / "workflows" / "ci.yml"
    substitute(workflow, _ACTION, rf"\1@{'5' * 40} # v10.2.7")
    substitute(place.path / ".pre-commit-config.yaml", _HOOK, "rumdl@0.3.1")


def depend_by_hand(place: Workplace) -> None:
    """Add a dependency below the others."""
    project = place.path / "pyproject.toml"
    last = re.compile(r'(?m)^( +"typer>=[\d.]+",\n)\]')
    substitute(project, last, r'\1    "anyio>=4.9",\n]')


def depend_by_command(place: Workplace) -> None:
    """Add a dependency as the list of tested versions says."""
    constraints = ("--constraints", "tested-versions.txt")
    run(("uv", "add", "--no-sync", *constraints, "packaging"), place.path)


EDITS: tuple[Callable[[Workplace], None], ...] = (
    add_resource,
    add_setting,
    add_middleware,
    add_hook,
    add_task,
    rewrite_readme,
    change_example,
    delete_files,
    bump_pins,
    depend_by_hand,
    depend_by_command,
)


def _example(place: Workplace) -> bool:
    return bool(place.answers.get("with_example"))


def write(path: Path, text: str) -> None:
    """Write a file that must not be there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def append(path: Path, text: str) -> None:
    """Add to the end of a file that must be there."""
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text("utf-8")
    assert old in text, f"{path} has no {old!r}: let this script change something else"
    path.write_text(text.replace(old, new, 1), "utf-8")


def substitute(path: Path, pattern: re.Pattern[str], new: str) -> None:
    """Replace all that a pattern matches, which must be something."""
    text, times = pattern.subn(new, path.read_text("utf-8"))
    assert times, f"{path} has no {pattern.pattern!r}: let this script change another"
    path.write_text(text, "utf-8")
