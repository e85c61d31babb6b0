"""After an update, one command makes the migration that the project's history lacks.

Each test has a database with rows, which a developer's machine keeps between commands.
"""

import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.answers import Answers, label
from harness.history import Project, Releases
from harness.process import CommandFailedError, clean_environment, run
from harness.template import working_template

TOOLS = working_template().questionnaire.each("migrations")
TABLES = ["accounts", "audit_events", "letter_tokens", "refresh_tokens", "sessions"]
FINISH = ("task", "template-finish", "--")

QUERY = """\
import asyncio, asyncpg, os, sys


async def main():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    for statement in sys.argv[1:]:
        for row in await connection.fetch(statement):
            print(*row, sep="|")


asyncio.run(main())
"""
CATALOG = (
    """
SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod),
    attnotnull, pg_get_expr(adbin, adrelid), attcollation::regcollation
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
ORDER BY attrelid::regclass::text, attname
""",
    """
SELECT 'constraint', conrelid::regclass, conname,
    regexp_replace(pg_get_constraintdef(oid), '::(text|character varying)|[][()]', '', 'g')
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
ORDER BY conrelid::regclass::text, conname
""",
    """
SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef
""",
    """
SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger
WHERE NOT tgisinternal ORDER BY 2
""",
    """
SELECT 'function', regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g') FROM pg_proc
WHERE pronamespace = 'public'::regnamespace ORDER BY 2
""",
)
AN_ACCOUNT = """
INSERT INTO accounts (id, email, password_hash, role)
VALUES (gen_random_uuid(), 'ada@example.com', '-', 'admin')
"""
AN_EVENT = """
INSERT INTO audit_events (id, actor, action, subject, changes)
VALUES (gen_random_uuid(), 'ada', 'account_made', 'ada', '{}')
"""
A_KEY = """
INSERT INTO idempotency_keys (principal, key_hash, request_hash, status, headers)
VALUES ('ada', '\\x01', '\\x02', 201, '{}')
"""
A_SESSION = """
INSERT INTO sessions (
    id, account_id, role, scopes, user_agent, address, network, expires_at
)
SELECT gen_random_uuid(), id, 'admin', '{}', 'curl', '::1', '::1', now() FROM accounts
"""
WRONG = """\
__table_args__ = (
        Index("ix_orders_nothing", text("nothing")),
"""
COUNTS = "SELECT count(*) FROM accounts", "SELECT count(*) FROM audit_events"

BOOKMARK = '''\
"""The table of bookmarks."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from {{ package_name }}.models.base import Record


class BookmarkModel(Record):
    """Where somebody wants to go on."""

    __tablename__ = "bookmarks"

    place: Mapped[str] = mapped_column(String(200))
'''
# A column comes, another one goes, and a function does something else.
CHANGES = [
    (
        "idempotency.model",
        '    Column("status", ',
        '    Column("origin", String(20)),\n    Column("status", ',
    ),
    ("sessions.models", "    address: Mapped[str] = mapped_column(String(45))\n", ""),
    ("audit.model", "% is append-only", "% keeps what it has"),
]


@dataclass(frozen=True)
class Service:
    """A project that its team updates, with a database that holds rows."""

    project: Project
    environment: dict[str, str]
    has_atlas: bool

    def run(self, *command: str) -> str:
        """Run a command in the project's environment, and return its output."""
        return run(
            ("uv", "run", *command), self.project.path, environment=self.environment
        ).output

    def query(self, *statements: str) -> list[str]:
        """Run statements on the database, and return the rows."""
        return self.run("python", "-c", QUERY, *statements).splitlines()

    def catalog(self) -> list[str]:
        """Return all that makes up the schema of the database."""
        return self.query(*CATALOG)

    def migrations(self) -> set[str]:
        """Return the names of the migrations."""
        files = "*.sql" if self.has_atlas else "versions/*.py"
        return {path.name for path in (self.project.path / "migrations").glob(files)}

    def is_named(self, migration: str, summary: str) -> bool:
        """Whether a migration says what it does, which Atlas does not know before."""
        ending = "finish_the_update.sql" if self.has_atlas else f"{summary}.py"
        return migration.endswith(f"_{ending}")

    def kept(self) -> list[str]:
        """Return what the database keeps without a model."""
        file = self.project.path / "migrations" / "kept.txt"
        return file.read_text("utf-8").splitlines()[1:] if file.exists() else []

    def finish(self, *options: str) -> set[str]:
        """Finish an update, migrate the database, and return the new migrations."""
        before = self.migrations()
        self.run(*FINISH, *options)
        added = self.migrations() - before
        self.run("task", "migrate-lint")
        self.project.commit("Update from the template")
        self.run("my_service", "migrate")
        if self.has_atlas:
            self.run("python", "-m", "scripts.atlas", "migrate", "diff", "more")
            assert self.migrations() == before | added
        else:
            self.run("alembic", "check")
        return added

    def goes_back(self, number: int, catalog: list[str]) -> bool:
        """Whether the schema before the last migrations comes back, where one can go."""
        if self.has_atlas:
            return True
        self.run("alembic", "downgrade", f"-{number}")
        return self.catalog() == catalog

    def test(self) -> None:
        """Run the shipped tests of the schema."""
        files = [
            f"tests/integration/test_{name}.py" for name in ("migrations", "tables")
        ]
        self.run("pytest", "-q", "-n", "0", *files)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """A template whose second version changes tables of the kernel."""
    releases = Releases(tmp_path_factory.mktemp("releases") / "template")
    releases.release("v1.0.0")
    package = releases.path / "template" / "src" / "{{ package_name }}"
    folder = package / "{% if layout == 'layered' %}models{% endif %}"
    (folder / "bookmark.py.jinja").write_text(BOOKMARK, "utf-8")
    for model, old, new in CHANGES:
        (file,) = package.rglob(f"*{{{{ {model} }}}}.py*")
        text = file.read_text("utf-8")
        assert old in text, (
            f"{file} has no {old!r}: let this test change something else"
        )
        file.write_text(text.replace(old, new), "utf-8")
    releases.release("v1.1.0", releases.path)
    return releases


@pytest.fixture(params=TOOLS, ids=label)
def make(
    request: pytest.FixtureRequest,
    need_tools: Callable[[Answers], None],
    releases: Releases,
    public_folder: Callable[[], Path],
    warm: dict[str, str],
) -> Iterator[Callable[[Answers], Service]]:
    """A function that makes a service of the first version, and its database.

    The server runs until the end of the test, as starting it takes seconds.
    """
    tool: Answers = request.param
    need_tools(tool)
    with ExitStack() as stack:

        def make(answers: Answers) -> Service:
            project = Project(public_folder() / "my-service")
            project.copy(releases, "v1.0.0", {"preset": "custom", **tool, **answers})
            environment = clean_environment() | warm
            url = stack.enter_context(serving(project.path, environment))
            # Read by the service and by its tests; nothing is signed or served.
            environment |= {"DATABASE_URL": url, "TEST_DATABASE_URL": url}
            environment |= {"ENVIRONMENT": "test", "JWT_KEY": "x" * 32}
            service = Service(project, environment, tool["migrations"] == "atlas")
            service.run("my_service", "migrate")
            service.query(A_KEY)
            return service

        yield make


def without_own_tables(catalog: list[str]) -> list[str]:
    """Leave out what the tools make for themselves."""
    return [row for row in catalog if not re.search(r"alembic_|atlas_", row)]


@contextmanager
def serving(project: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run the project's own PostgreSQL, and give the URL of its database."""
    command = ("uv", "run", "python", "-m", "scripts.local")
    wait = 'import os; print(os.environ["DATABASE_URL"], flush=True); os.read(0, 1)'
    with subprocess.Popen(
        (*command, "python", "-c", wait),
        cwd=project,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.mark.long
def test_a_feature_is_switched_on(make: Callable[[Answers], Service]) -> None:
    service = make({"auth": "none", "layout": "domain"})
    shipped = service.migrations()
    service.project.update("v1.0.0", {"auth": "jwt"})
    assert service.migrations() == shipped
    # Newer ones have come since this version was tested.
    tested = service.project.path / "tested-versions.txt"
    tested.write_text(
        re.sub(r"(?m)^dnspython==.*", "dnspython==2.8.0", tested.read_text("utf-8")),
        "utf-8",
    )

    [added] = service.finish()
    service.test()

    lock = tomllib.loads((service.project.path / "uv.lock").read_text("utf-8"))
    versions = {package["name"]: package.get("version") for package in lock["package"]}
    assert versions["dnspython"] == "2.8.0"

    assert service.is_named(added, "create_accounts_and_4_more")
    service.query(AN_ACCOUNT, AN_EVENT)
    assert service.query("SELECT principal FROM idempotency_keys") == ["ada"]
    for change in ("DELETE FROM audit_events", "TRUNCATE audit_events"):
        with pytest.raises(CommandFailedError, match="audit_events is append-only"):
            service.query(change)
    made = service.catalog()
    assert service.finish() == set()
    assert service.project.git("status", "--porcelain") == ""
    # A service that had accounts from the first day has the same schema.
    other = make({"auth": "jwt", "layout": "domain"})
    assert other.catalog() == made


@pytest.mark.long
def test_a_feature_is_switched_off(make: Callable[[Answers], Service]) -> None:
    service = make({"auth": "jwt", "layout": "layered"})
    service.query(AN_ACCOUNT, AN_EVENT)
    shipped, made = service.migrations(), service.catalog()
    service.project.update("v1.0.0", {"auth": "none"})
    assert service.migrations() == shipped

    with pytest.raises(CommandFailedError, match="callers would break") as refused:
        service.run(*FINISH)

    assert "these any more, so they stay" in refused.value.output
    assert service.finish("--breaking") == set()
    service.test()
    assert service.kept() == TABLES
    assert service.query(*COUNTS) == ["1", "1"]

    service.project.update("v1.0.0", {"auth": "jwt"})
    assert service.finish() == set()
    assert service.kept() == []
    assert (service.query(*COUNTS), service.catalog()) == (["1", "1"], made)

    service.project.update("v1.0.0", {"auth": "none"})
    [dropped] = service.finish("--breaking", "--allow-drop")
    service.test()
    assert service.is_named(dropped, "drop_accounts_and_4_more")
    assert service.kept() == []
    left = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    assert service.query(left) == []
    assert service.goes_back(1, made)


@pytest.mark.long
def test_the_kernel_changes_its_tables(make: Callable[[Answers], Service]) -> None:
    service = make({"auth": "jwt", "layout": "layered"})
    service.query(AN_ACCOUNT, AN_EVENT, A_SESSION)
    made = service.catalog()
    service.project.update("v1.1.0")

    [added] = service.finish()
    service.test()

    assert service.is_named(added, "create_bookmarks_change_idempotency_")
    assert service.kept() == ["sessions.address"]
    # The application does not fill that any more.
    service.query(
        "INSERT INTO bookmarks (id, place) VALUES (gen_random_uuid(), 'p. 7')"
    )
    service.query(A_SESSION.replace("address, ", "").replace("'::1', ", "", 1))
    rows = service.query(
        "SELECT address FROM sessions", "SELECT origin FROM idempotency_keys"
    )
    assert sorted(rows) == ["::1", "None", "None"]
    with pytest.raises(CommandFailedError, match="audit_events keeps what it has"):
        service.query("DELETE FROM audit_events")

    [dropped] = service.finish("--allow-drop")
    service.test()

    assert service.is_named(dropped, "change_sessions")
    assert service.kept() == []
    service.query("DELETE FROM sessions")
    assert service.goes_back(2, made)


@pytest.mark.long
def test_another_tool_begins_a_history_of_its_own(
    make: Callable[[Answers], Service], need_tools: Callable[[Answers], None]
) -> None:
    service = make({"auth": "jwt", "layout": "layered"})
    service.query(AN_ACCOUNT, AN_EVENT)
    project, shipped, made = service.project, service.migrations(), service.catalog()
    [tool] = [
        each for each in TOOLS if (each["migrations"] == "atlas") != service.has_atlas
    ]
    need_tools(tool)
    project.update("v1.0.0", tool)
    other = replace(service, has_atlas=not service.has_atlas)

    with pytest.raises(CommandFailedError, match="are of another tool: the answer"):
        service.run(*FINISH)

    assert (service.migrations(), other.migrations()) == (shipped, set())
    project.git("stash", "--include-untracked")
    assert service.finish() == set()
    project.git("stash", "pop")

    page = (project.path / "docs" / "migrations.md").read_text("utf-8")
    _, begins, section = page.partition("## After another tool")
    blocks = re.findall(r"^```bash\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert begins
    for block in blocks:
        service.run("bash", "-ec", block)

    assert (len(other.migrations()), service.migrations()) == (1, set())
    assert other.finish() == set()
    other.test()
    assert without_own_tables(other.catalog()) == without_own_tables(made)
    assert service.query(*COUNTS) == ["1", "1"]


@pytest.mark.long
def test_what_stands_in_the_way_is_named(make: Callable[[Answers], Service]) -> None:
    service = make({"auth": "none", "layout": "layered"})
    project = service.project
    model = project.path / "src" / "my_service" / "models" / "order.py"
    migrations = project.path / "migrations"

    def refuse(says: str, **variables: str) -> None:
        before = service.migrations()
        other = replace(service, environment=service.environment | variables)
        with pytest.raises(CommandFailedError, match=says):
            other.run(*FINISH)
        assert service.migrations() == before
        assert service.kept() == []
        project.git("checkout", "--quiet", ".")
        project.git("clean", "--quiet", "--force")

    with model.open("a", encoding="utf-8") as file:
        file.write("<<<<<<< before updating\n=======\n>>>>>>> after updating\n")
    (project.path / "Taskfile.yml.rej").write_text("@@ -1 +1 @@\n", "utf-8")
    refuse(r"conflicts.*:\n  Taskfile\.yml\.rej\n  src/my_service/models/order\.py\n")

    url = "postgresql://postgres@127.0.0.1:1/nothing"
    refuse("there is no PostgreSQL:.*127.0.0.1", TEST_DATABASE_URL=url)

    if service.has_atlas:
        (migrations / "20260101000002_other.sql").write_text("SELECT 1;\n", "utf-8")
        refuse("two branches each added one")
    else:
        text = (migrations / "versions/0002_create_orders.py").read_text("utf-8")
        branch = text.replace('"0002"', '"other"').replace("op.create_table", "op.f")
        (migrations / "versions/0002_other.py").write_text(branch, "utf-8")
        refuse("Two branches each added a migration")

    # No table can have this, so the migration that is written for it fails.
    text = model.read_text("utf-8")
    model.write_text(text.replace("__table_args__ = (", WRONG, 1), "utf-8")
    refuse("it would not work: .* column .*nothing.* does not exist")
