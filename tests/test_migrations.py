"""Alembic and Atlas make the same schema, and the real Atlas takes what is shipped."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.answers import Answers, label
from harness.process import CommandFailedError
from harness.render import ROOT
from harness.template import working_template
from harness.workbench import Workbench
from maintenance.atlas import source
from maintenance.questionnaire import every

NAMES = {"project_name": "acme-orders", "package_name": "acme"}
FEATURES = every({"auth": ("jwt", "none"), "with_example": (True, False)})
ALEMBIC, ATLAS = ({"migrations": tool} for tool in ("alembic", "atlas"))
FOLDER = "migrations"
TESTS = "tests/integration/test_migrations.py"
MODEL = "src/acme/models/order.py"
# What a project's migrations make: of each object its name, and all that can differ.
CATALOG = """
import asyncio, json
from sqlalchemy import text
from scripts.history import build
from scripts.scratch import administration, clone, serving

QUERIES = {
    "columns": '''
        SELECT relname || '.' || attname, format_type(atttypid, atttypmod), attnum,
            attnotnull, pg_get_expr(adbin, adrelid), collname, attidentity, attgenerated,
            col_description(attrelid, attnum), obj_description(attrelid, 'pg_class')
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid AND relkind IN ('r', 'p')
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        LEFT JOIN pg_collation l ON l.oid = attcollation
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0
        AND NOT attisdropped''',
    "constraints": '''
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid),
            convalidated, condeferrable FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace''',
    "indexes": '''
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid
        FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace''',
    "triggers": '''
        SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid), tgenabled
        FROM pg_trigger WHERE NOT tgisinternal''',
    "functions": '''
        SELECT oid::regprocedure::text, prolang, prorettype::regtype::text, prosecdef,
            provolatile, regexp_split_to_array(trim(prosrc), '\\\\s+')
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace''',
}

async def main():
    with serving() as server:
        async with clone(server, "template1") as url:
            await build(url)
            found = {}
            async with administration(url) as connection:
                for kind, query in QUERIES.items():
                    rows = await connection.execute(text(f"{query} ORDER BY 1"))
                    found[kind] = [
                        [str(value) for value in row] for row in rows
                        if not str(row[0]).startswith("alembic_version")
                    ]
            print(json.dumps(found))

asyncio.run(main())
"""

# A database that has the first migration, with a row in it, when the others come.
HALF_WAY = """
import asyncio, os, subprocess
from sqlalchemy import text
from scripts.scratch import administration, clone, serving

def run(*command):
    subprocess.run(command, check=True)

def atlas(*command):
    run("python", "-m", "scripts.atlas", "migrate", *command)

async def main():
    with serving() as server:
        async with clone(server, "template1") as url:
            os.environ |= {
                "DATABASE_URL": url, "ENVIRONMENT": "test", "JWT_KEY": "k" * 32
            }
            atlas("apply", "1")
            async with administration(url) as connection:
                await connection.execute(text(
                    "INSERT INTO idempotency_keys"
                    " (principal, key_hash, request_hash, status, headers)"
                    " VALUES ('ada', '', '', 200, '{}')"
                ))
                atlas("status")
                run("acme", "migrate")
                atlas("status")
                rows = await connection.scalar(
                    text("SELECT count(*) FROM idempotency_keys")
                )
            print(rows, "row")

asyncio.run(main())
"""


def catalog(workbench: Workbench, answers: Answers) -> dict[str, list[list[str]]]:
    """Return what the migrations of a project make, by kinds of objects."""
    workbench.render({**answers, **NAMES})
    return built(workbench)


def built(workbench: Workbench) -> dict[str, list[list[str]]]:
    """Return what the migrations of the project of the moment make."""
    workbench.run("uv", "sync", "--locked", "--quiet")
    output = workbench.run("uv", "run", "--no-sync", "python", "-c", CATALOG)
    found: dict[str, list[list[str]]] = json.loads(output.splitlines()[-1])
    return found


@pytest.mark.parametrize("features", FEATURES, ids=label)
def test_both_tools_make_the_same_schema(
    features: Answers, workbench: Workbench
) -> None:
    """Down to the last constraint, whatever the features."""
    of_alembic = catalog(workbench, {**features, **ALEMBIC})
    assert catalog(workbench, {**features, **ATLAS}) == of_alembic
    assert of_alembic["columns"]
    assert of_alembic["indexes"]
    assert bool(of_alembic["triggers"]) == (features["auth"] == "jwt")


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("columns", "note varchar(2000)", "note varchar(2000) DEFAULT ''"),
        ("constraints", "quantity > 0", "quantity > 1"),
        ("indexes", "(created_at, id)", "(created_at)"),
        ("triggers", "BEFORE TRUNCATE", "AFTER TRUNCATE"),
        ("functions", "append-only", "kept"),
    ],
)
def test_schema_that_differs_is_seen(
    part: str, before: str, after: str, workbench: Workbench
) -> None:
    """What one tool makes otherwise, in whatever way, is in the catalogs."""
    original = catalog(workbench, ATLAS)
    text = {
        path.name: path.read_text("utf-8")
        for path in (workbench.project / FOLDER).glob("*.sql")
    }
    [name] = [name for name, content in text.items() if before in content][-1:]
    changed = text[name].replace(before, after, 1)
    with workbench.changed({f"{FOLDER}/{name}": changed}):
        other = built(workbench)
    assert [kind for kind in original if original[kind] != other[kind]] == [part]


@pytest.mark.parametrize("features", FEATURES, ids=label)
@pytest.mark.parametrize("tool", [ALEMBIC, ATLAS], ids=label)
def test_layouts_have_the_same_migrations(features: Answers, tool: Answers) -> None:
    """So to compare what the tools make in one of them is enough."""
    template = working_template()
    written = []
    for layout in ("layered", "domain"):
        context = template.context({**features, **tool, "layout": layout})
        paths = {file: template.path(file, context) for file in template.files}
        written.append(
            {
                path: template.body(file, context)
                for file, path in paths.items()
                if path and re.match(r"migrations/(.*\.sql|atlas\.sum|versions/)", path)
            }
        )
    assert written[0]
    assert written[0] == written[1]


def test_sums_are_current() -> None:
    """They are written by a command, for every combination."""
    folder = ROOT / "template" / FOLDER
    [path] = folder.glob("*atlas.sum*")
    hint = "To mend it: uv run python -m maintenance.atlas"
    assert path.read_text("utf-8") == source(folder), hint


@pytest.mark.parametrize("features", FEATURES, ids=label)
@pytest.mark.parametrize(
    ("tool", "trace"), [(ALEMBIC, "atlas"), (ATLAS, "alembic")], ids=str
)
def test_one_tool_leaves_no_trace_of_the_other(
    features: Answers,
    tool: Answers,
    trace: str,
    rendered: Callable[[Answers], Path],
) -> None:
    """Neither in a file nor in a name, but where the page says how to leave the other.

    Versions are listed of what is off, too.
    """
    project = rendered({**features, **tool, **NAMES})
    answers = {".copier-answers.yml", "tested-versions.txt"}
    found = [
        str(path.relative_to(project))
        for path in project.rglob("*")
        if path.is_file()
        and path.name not in answers
        and (
            trace in path.name.lower()
            or trace in used(path.read_text("utf-8", errors="replace")).lower()
        )
    ]
    assert not found


def test_ci_has_atlas_before_it_tests(rendered: Callable[[Answers], Path]) -> None:
    """It is installed as the page says, and nobody is there to answer questions."""
    project = rendered({**ATLAS, **NAMES})
    workflow = (project / ".github/workflows/ci.yml").read_text("utf-8")
    [command] = re.findall(r"run: (.*atlasgo.*) -y\n", workflow)
    page = (project / "docs/atlas.md").read_text("utf-8").replace("\\|", "|")
    assert f"`{command}`" in page
    assert workflow.index(command) < workflow.index("run: uv run task check")


def used(text: str) -> str:
    """Return what is not about a change of the tool."""
    return text.partition("## After another tool")[0]


@pytest.fixture
def atlas(
    need_tools: Callable[[Answers], None], workbench: Workbench
) -> Iterator[Workbench]:
    """A project with Atlas, where the program is."""
    need_tools(ATLAS)
    workbench.render({**ATLAS, **NAMES})
    workbench.run("uv", "sync", "--locked", "--quiet")
    before = contents(workbench)
    yield workbench
    workbench.render({**ATLAS, **NAMES})
    for name in contents(workbench).keys() - before.keys():
        (workbench.project / FOLDER / name).unlink()
    for name, content in before.items():
        (workbench.project / FOLDER / name).write_text(content, "utf-8")


def contents(workbench: Workbench) -> dict[str, str]:
    """Return the files of the folder of migrations."""
    folder = workbench.project / FOLDER
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def scripts_atlas(workbench: Workbench, *arguments: str) -> str:
    """Run Atlas as the tasks do."""
    command = ("python", "-m", "scripts.atlas", *arguments)
    return workbench.run("uv", "run", "--no-sync", *command)


@pytest.mark.parametrize("features", FEATURES, ids=label)
def test_atlas_takes_what_is_shipped(features: Answers, atlas: Workbench) -> None:
    """The sums are its own, and models and migrations agree to it."""
    atlas.render({**features, **ATLAS, **NAMES})
    before = contents(atlas)
    scripts_atlas(atlas, "migrate", "validate")
    scripts_atlas(atlas, "migrate", "hash")
    said = scripts_atlas(atlas, "migrate", "diff", "nothing")
    assert "no changes" in said
    assert contents(atlas) == before


def test_atlas_migrates_what_is_half_migrated(atlas: Workbench) -> None:
    """From where it is, which the status tells, and with the rows that are there."""
    said = atlas.run("uv", "run", "--no-sync", "python", "-c", HALF_WAY)
    assert re.findall(r"Migration Status: (\w+)", said) == ["PENDING", "OK"]
    assert re.findall(r"Pending Files: +(\d)", said) == ["3", "0"]
    assert re.findall(r"^Applied \d+_(\w+)", said, re.MULTILINE) == [
        "create_orders",
        "create_accounts",
        "create_outbox",
    ]
    assert said.endswith("1 row\n")


def test_atlas_writes_what_a_model_needs(atlas: Workbench) -> None:
    """One file, under the hash that Atlas gives it; on what is there it changes nothing."""
    before = contents(atlas)
    text = (atlas.project / MODEL).read_text("utf-8")
    added = "    colour: Mapped[str | None] = mapped_column(String(20), index=True)\n"
    changed = text.replace("    note: ", f"{added}    note: ", 1)
    with atlas.changed({MODEL: changed}):
        atlas.run("uv", "run", "--no-sync", "task", "migrate-new", "--", '"add colour"')
        after = contents(atlas)
        atlas.run("uv", "run", "--no-sync", "pytest", TESTS, "-n", "0")
    [name] = after.keys() - before.keys()
    assert re.fullmatch(r"\d{14}_add_colour\.sql", name)
    statements = [line for line in after[name].splitlines() if line[:2] != "--"]
    assert statements == [
        'ALTER TABLE "orders" ADD COLUMN "colour" character varying(20) NULL;',
        'CREATE INDEX "ix_orders_colour" ON "orders" ("colour");',
    ]
    assert after["atlas.sum"].count("\n") == before["atlas.sum"].count("\n") + 1
    with pytest.raises(CommandFailedError) as failed:
        atlas.run("uv", "run", "--no-sync", "pytest", TESTS, "-n", "0")
    assert "colour" in failed.value.output
