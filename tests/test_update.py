"""A project that people work on takes the template's next version and stays theirs."""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from harness.answers import Answers
from harness.history import Project, Releases
from harness.process import clean_environment, run
from harness.questionnaire import answers_file, recorded
from harness.render import ROOT, export

COPIER = (sys.executable, "-m", "copier")


@dataclass(frozen=True)
class Places:
    """Where a developer's new modules go in a layout, below the package.

    Attributes:
        model: the module of a new table.
        router: the module of new endpoints.
        settings: the module of a new group of settings.
        base: the module that new tables import their base from.
    """

    model: str
    router: str
    settings: str
    base: str


PLACES = {
    "layered": Places(
        "models/ticket.py", "api/v1/tickets.py", "settings/tickets.py", "models.base"
    ),
    "domain": Places(
        "tickets/models.py",
        "tickets/router.py",
        "tickets/settings.py",
        "shared.base_model",
    ),
}

MODEL = '''\
"""The table of tickets."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from my_service.{base} import Record


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

from my_service.core.setting_groups import SettingsGroup


class TicketSettings(SettingsGroup):
    """Where tickets go."""

    inbox: str = "support@example.com"
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

TEST = '''\
"""Tickets, from the HTTP request on."""

from httpx2 import AsyncClient


async def test_list_kinds(client: AsyncClient) -> None:
    response = await client.get("/api/v1/tickets/kinds")
    assert response.json() == ["question", "defect"]
'''

CLOCK = '''\
"""The time, from one place."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)
'''

CLOCK_TEST = '''\
"""The clock."""

from {{ package_name }}.core.clock import now


def test_now_knows_its_zone() -> None:
    assert now().tzinfo is not None
'''

OUTDATED = """
  outdated:
    desc: List the packages that have newer versions
    cmds:
      - uv tree --outdated --depth 1
"""


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text("utf-8")
    assert old in text, f"{path} has no {old!r}: let this test change something else"
    path.write_text(text.replace(old, new, 1), "utf-8")


def add(path: Path, text: str) -> None:
    """Add to the end of a file, which may be new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def release_next(releases: Releases) -> None:
    """Release version 1.1.0, which changes what later standards may change."""
    template = releases.path / "template"
    package = template / "src" / "{{ package_name }}"
    (middleware,) = template.rglob("request_log.py.jinja")
    edit(middleware, "{1,128}", "{1,64}")
    settings = package / "core" / "setting_groups.py.jinja"
    edit(
        settings,
        "max_overflow: int = Field(default=20",
        "max_overflow: int = Field(default=22",
    )
    edit(
        settings,
        "    connect_timeout_seconds",
        "    statement_timeout_seconds: float = Field(default=30, gt=0)\n"
        "    connect_timeout_seconds",
    )
    edit(
        template / ".env.example.jinja",
        "# Statements that take longer",
        "# After which a statement is stopped.\nDATABASE_STATEMENT_TIMEOUT_SECONDS=30\n"
        "# Statements that take longer",
    )
    add(package / "core" / "clock.py", CLOCK)
    add(template / "tests" / "unit" / "test_clock.py.jinja", CLOCK_TEST)
    add(template / "Taskfile.yml.jinja", OUTDATED)
    edit(
        template / "pyproject.toml.jinja",
        "show_missing = true",
        "show_missing = true\nprecision = 1",
    )
    (readme,) = template.glob("README.md*")
    add(readme, "\n## What version 1.1.0 says\n")
    releases.release("v1.1.0", releases.path)


def work_on(project: Project, places: Places) -> None:
    """Do what a team does to its project: a resource, a dependency, a setting, a page."""
    package = project.path / "src" / "my_service"
    for place in (places.model, places.router, places.settings):
        folder = (package / place).parent
        folder.mkdir(exist_ok=True)
        if not (folder / "__init__.py").exists():
            add(folder / "__init__.py", '"""Added by the team."""\n')
    add(package / places.model, MODEL.format(base=places.base))
    add(package / places.router, ROUTER)
    add(package / places.settings, SETTINGS)
    inbox = "# Where tickets arrive.\nTICKETS_INBOX=support@example.com\n"
    add(project.path / ".env.example", inbox)
    versions = project.path / "migrations" / "versions"
    head = max(path.name for path in versions.glob("*.py")).partition("_")[0]
    add(versions / "tickets_create.py", MIGRATION.format(head=head))
    add(project.path / "tests" / "integration" / "test_tickets.py", TEST)
    add(project.path / "README.md", "\n## On call\n\nRing the bell.\n")
    constraints = ("--constraints", "tested-versions.txt")
    run(("uv", "add", "--no-sync", *constraints, "packaging"), project.path)
    project.commit("Take tickets")


def update(project: Project, *options: str) -> None:
    """Update the project to the newest release, as a command without trust does it."""
    run((*COPIER, "update", "--defaults", *options), project.path)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    releases = Releases(tmp_path_factory.mktemp("releases") / "template")
    releases.release("v1.0.0")
    release_next(releases)
    return releases


# By a person in one layout, and in the other as bots do it, which answer no question.
@pytest.fixture(
    scope="module",
    params=[
        # Made once, for the tests of one worker.
        pytest.param(params, marks=pytest.mark.xdist_group(params[0]), id=params[0])
        for params in (("layered", ()), ("domain", ("--skip-answered",)))
    ],
)
def updated(
    request: pytest.FixtureRequest,
    releases: Releases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """A project that a team worked on, after an update that is not committed yet."""
    layout, options = request.param
    project = Project(tmp_path_factory.mktemp(layout) / "my-service")
    project.copy(releases, "v1.0.0", {"preset": "custom", "layout": layout})
    work_on(project, PLACES[layout])
    update(project, *options)
    return project


@pytest.fixture
def copied(updated: Project, public_folder: Callable[[], Path]) -> Project:
    """The same project with the update committed, for a test that changes it."""
    project = Project(public_folder() / "my-service")
    shutil.copytree(updated.path, project.path)
    project.commit("Update from the template")
    return project


def test_an_update_keeps_what_the_team_wrote(updated: Project) -> None:
    assert updated.conflicts() == []
    assert dict(lost_lines(updated)) == {}


def test_an_update_brings_what_is_new(updated: Project) -> None:
    answers = answers_file(updated.path)
    assert answers["_commit"] == "v1.1.0"
    package = updated.path / "src" / "my_service"
    (middleware,) = package.rglob("request_log.py")
    assert "{1,64}" in middleware.read_text("utf-8")
    settings = (package / "core" / "setting_groups.py").read_text("utf-8")
    assert "statement_timeout_seconds: float" in settings
    assert "max_overflow: int = Field(default=22" in settings
    assert (package / "core" / "clock.py").read_text("utf-8") == CLOCK
    assert (updated.path / "Taskfile.yml").read_text("utf-8").endswith(OUTDATED)
    assert "precision = 1" in (updated.path / "pyproject.toml").read_text("utf-8")


def test_an_update_leaves_alone_what_is_written_once(updated: Project) -> None:
    owned = ("README.md", "CHANGELOG.md", "uv.lock", "migrations/versions")
    assert updated.git("status", "--porcelain", "--", *owned) == ""


def test_a_second_update_changes_nothing(copied: Project) -> None:
    update(copied)
    assert copied.git("status", "--porcelain") == ""


@pytest.mark.long
def test_an_updated_project_passes_its_own_gate(
    copied: Project, request: pytest.FixtureRequest, warm: dict[str, str]
) -> None:
    answers = recorded(copied.path)
    if answers["layout"] == "domain" and not request.config.getoption("everything"):
        pytest.skip("the gate of the other layout runs with --everything")
    environment = clean_environment() | warm
    run(("uv", "sync", "--locked"), copied.path, environment=environment)
    # The team has added routes.
    run(("uv", "run", "task", "docs"), copied.path, environment=environment)
    run(("uv", "run", "task", "check"), copied.path, environment=environment)


@pytest.mark.parametrize(
    ("preset", "options"),
    [("standard", ("--skip-answered",)), ("custom", ("--defaults",))],
)
def test_a_service_of_before_a_question_stays_as_it_is(
    preset: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    """It stays open to all, and needs no Redis and no workers."""
    later = dict.fromkeys(("auth", "cache", "task_queue"), "none")
    releases = Releases(tmp_path / "template")
    release_without(releases, "v0.9.0", later)
    releases.release("v1.0.0")
    project = Project(tmp_path / "my [old] service")
    project.copy(releases, "v0.9.0", {"preset": preset})
    assert recorded(project.path).keys().isdisjoint(later)

    run((*COPIER, "update", *options), project.path)

    assert recorded(project.path).items() >= later.items()
    changed = project.git("status", "--porcelain").split()
    assert changed == ["M", ".copier-answers.yml"]


def release_without(releases: Releases, version: str, answers: Answers) -> None:
    """Release a version that does not ask some questions yet, as if so answered."""
    export(ROOT, releases.path)
    file = releases.path / "copier.yml"
    entries = yaml.safe_load(file.read_text("utf-8"))
    for name, answer in answers.items():
        entries[name] = {"type": "str", "when": False, "default": answer}
    file.write_text(yaml.safe_dump(entries, sort_keys=False), "utf-8")
    releases.release(version, releases.path)


@pytest.fixture(scope="module")
def guarded(releases: Releases, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that anybody could call, after an update that asks who does."""
    project = Project(tmp_path_factory.mktemp("guarded") / "my-service")
    project.copy(releases, "v1.0.0", {"preset": "custom", "auth": "none"})
    work_on(project, PLACES["layered"])
    update(project, "--data", "auth=jwt")
    return project


@pytest.mark.xdist_group("guarded")
def test_accounts_can_come_later(guarded: Project) -> None:
    assert guarded.conflicts() == []
    assert dict(lost_lines(guarded)) == {}
    package = guarded.path / "src" / "my_service"
    assert (package / "api" / "v1" / "accounts.py").exists()


@pytest.mark.long
@pytest.mark.xdist_group("guarded")
def test_accounts_that_come_later_pass_the_gate(
    guarded: Project,
    request: pytest.FixtureRequest,
    public_folder: Callable[[], Path],
    warm: dict[str, str],
) -> None:
    """What `UPGRADING.md` says is all that is to be done."""
    if not request.config.getoption("everything"):
        pytest.skip("the gate of accounts that come later runs with --everything")
    path = public_folder() / "my-service"
    shutil.copytree(guarded.path, path)
    page = (ROOT / "UPGRADING.md").read_text("utf-8")
    section = page.partition("\n## Accounts that come later\n")[2].partition("\n## ")[0]
    [commands] = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)

    environment = clean_environment() | warm
    run(("bash", "-ec", commands), path, environment=environment)
    # Slow tests start processes, which know nothing of where the code came from.
    environment |= {"PYTEST_ADDOPTS": "-m 'not slow'"}
    run(("uv", "run", "task", "check"), path, environment=environment)


def lost_lines(project: Project) -> Iterator[tuple[str, list[str]]]:
    """Yield the files that lack lines which the last commit added, with these lines."""
    for path in project.git("diff", "--name-only", "HEAD~1", "HEAD").splitlines():
        file = project.path / path
        before = Counter(_committed(project, f"HEAD~1:{path}"))
        added = Counter(_committed(project, f"HEAD:{path}")) - before
        now = file.read_text("utf-8").splitlines() if file.exists() else []
        if lost := added - Counter(now):
            yield path, list(lost)


def _committed(project: Project, blob: str) -> list[str]:
    if not project.git("ls-tree", "-r", *blob.split(":", 1)):
        return []
    return project.git("show", blob).splitlines()
