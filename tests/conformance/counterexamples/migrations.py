"""Services whose schema changes in the wrong way (MIG)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write

ATLAS = {"preset": "custom", "migrations": "atlas"}
ENV = "migrations/env.py"
FIRST = "migrations/versions/0002_create_orders.py"
_LINT = "scripts/migration_lint.py"
_TESTS = "tests/integration/test_migrations.py"
_JOB = "tests/e2e/test_migrate.py"
_TASKS = "tests/e2e/test_database_tasks.py"
_BACK = '    op.drop_table("order_lines")\n    op.drop_table("orders")\n'

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "MIG-01": (
        Spoiled(
            Edit(ENV, "target_metadata=Base.metadata", "target_metadata=None"),
            says="target_metadata is not the models'",
        ),
        Spoiled(
            Edit("Taskfile.yml", "revision --autogenerate", "revision"),
            says="no task writes migrations from the models",
        ),
    ),
    "MIG-02": (
        Spoiled(
            Edit(
                "pyproject.toml",
                '    "asyncpg>=',
                '    "alembic>=1.20",\n    "asyncpg>=',
            ),
            Write("alembic.ini", "[alembic]\n"),
            Write("{src}/core/added.py", "from alembic import command\n"),
            says=("pyproject.toml: depends on", "alembic.ini:", "added.py:1: imports"),
            answers=ATLAS,
        ),
    ),
    "MIG-03": (
        Spoiled(
            Remove("scripts/load_models.py"),
            says="no script prints the models",
            answers=ATLAS,
        ),
    ),
    "MIG-04": (
        Spoiled(
            Edit("atlas.hcl", "  dev = ", "  # dev = "),
            says="a database for trials",
            answers=ATLAS,
        ),
    ),
    "MIG-05": (
        Spoiled(
            Edit(
                "{place[main]}.py",
                "        yield\n",
                "        await app.state.database.run(Base.metadata.create_all)\n        yield\n",
            ),
            Write(
                "{src}/core/added.py",
                'ask("create unique index i on t (c)")\nask("TRUNCATE t")\n'
                'event.listen(t, "after_create", DDL("CREATE TRIGGER a"))\n'
                'connection.execute(DDL("DROP TRIGGER a ON t"))\n'
                'event.listen(engine, "first_connect", DDL("CREATE TABLE t"))\n'
                '@event.listens_for(engine, "connect")\n'
                'def f(c): c.execute("CREATE TABLE t")\n'
                '@event.listens_for(t, "after_create")\n'
                'def g(t, c): c.execute("CREATE TRIGGER b")\n'
                "g(t, c)\n",
            ),
            says=("main.py", *(f"added.py:{line}:" for line in (1, 2, 4, 5, 7, 9))),
        ),
    ),
    "MIG-07": (
        Spoiled(
            Edit("Taskfile.yml", "--diff-filter=a", "--diff-filter=DR"),
            says="no step of CI refuses a merged migration that is changed",
        ),
    ),
    "MIG-08": (
        Spoiled(
            Edit("Taskfile.yml", "--diff-filter=a", "--diff-filter=ad"),
            says="no step of CI refuses a merged migration that is deleted",
        ),
    ),
    "MIG-09": (
        Spoiled(Edit(FIRST, _BACK, "    pass\n"), says="downgrade does nothing"),
    ),
    "MIG-10": (
        Spoiled(
            Edit(ENV, "context.begin_transaction()", "nullcontext()"),
            Edit(
                FIRST,
                "    op.create_index(",
                "    with op.get_context().autocommit_block():\n"
                '        op.execute("SELECT 1")\n'
                "    op.create_index(",
            ),
            says=("half a migration may stay", "leaves the transaction"),
        ),
    ),
    "MIG-12": (
        Spoiled(
            Write(
                "migrations/versions/9_fill.py",
                'def upgrade() -> None:\n    op.execute("UPDATE orders SET note = NULL")\n',
            ),
            says="9_fill.py:2: changes all rows in one go",
        ),
    ),
    "MIG-13": (
        Spoiled(
            Edit(
                FIRST,
                "    op.create_index(",
                '    op.execute("UPDATE orders SET note = NULL")\n    op.create_index(',
            ),
            says="changes tables and rows",
        ),
    ),
    "MIG-15": (
        Spoiled(
            Edit(
                "{place[main]}.py",
                "import logging\n",
                "import logging\n\nfrom alembic import command\n",
            ),
            Edit(
                "{src}/cli.py",
                "    uvicorn.run(",
                '    command.upgrade(None, "head")\n    uvicorn.run(',
            ),
            Write(
                "{src}/__main__.py",
                "def prepare():\n    command.upgrade(None, 'head')\n\n\n"
                "def start():\n    prepare()\n    uvicorn.run('acme')\n\n\n"
                "def serve():\n    subprocess.run(['alembic', 'upgrade', 'head'])\n",
            ),
            says=(
                "imports alembic.command",
                "start migrates",
                "cli.py",
                "serve migrates",
            ),
        ),
        Spoiled(
            Edit("README.md", "--no-sync acme migrate", "--no-sync something"),
            says="says how migrations run",
        ),
    ),
    "MIG-17": (
        Spoiled(
            Edit("Taskfile.yml", "scripts.print_migrations", "scripts.errors"),
            says="no step of CI prints the SQL of the migrations",
        ),
    ),
    "MIG-18": (
        Spoiled(
            Edit("Taskfile.yml", "alembic revision", "alembic history"),
            says="no task writes migrations",
        ),
        Spoiled(
            Edit("Taskfile.yml", "alembic upgrade", "alembic stamp"),
            Edit("Taskfile.yml", "acme migrate", "acme look"),
            says="no task applies migrations",
        ),
        Spoiled(
            Edit("Taskfile.yml", "alembic downgrade", "alembic current"),
            says="no task takes migrations back",
        ),
        Spoiled(
            Edit("Taskfile.yml", "scripts.database reset", "scripts.database renew"),
            says="no task starts with an empty database anew",
        ),
    ),
    "MIG-19": (
        Spoiled(
            Edit(
                "Taskfile.yml", "    prompt: This destroys", "    summary: This takes"
            ),
            Edit("Taskfile.yml", "desc: Destroy all data of", "desc: Renew"),
            says=(
                "db-reset destroys data: give it",
                "db-reset destroys data, and does",
            ),
        ),
    ),
    "MIG-21": (
        Spoiled(
            Edit(".gitignore", "# Python\n", "# Python\n/migrations/versions/\n"),
            says="git ignores migrations/versions",
        ),
        Spoiled(
            Edit(
                "Taskfile.yml", "uv run pytest tests -n auto --cov", "uv run true --cov"
            ),
            says="no step of CI applies the migrations",
        ),
    ),
}

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_migrations_go_up_down_and_up_again": {
        "MIG-09 MIG-10": Spoiled(
            Edit(FIRST, _BACK, "    pass\n"), says="already exists"
        )
    },
    "tests/unit/test_migration_lint.py::test_danger_is_refused": {
        "MIG-12": Spoiled(
            Edit(_LINT, "if not _is_small(sql):", "if False:"), says="rows-at-once"
        ),
        "MIG-13": Spoiled(
            Edit(_LINT, "if is_schema:", "if False:"), says="rows-beside-tables"
        ),
    },
    "tests/unit/test_print_migrations.py::test_no_sql_is_an_error": {
        "MIG-17": Spoiled(
            Edit("scripts/print_migrations.py", "if not statements:", "if False:"),
            says="DID NOT RAISE",
        ),
    },
    "tests/integration/test_tables.py::test_triggers_are_made_that_models_declare": {
        "MIG-05": Spoiled(
            Edit(
                "migrations/versions/0003_create_accounts.py",
                "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE",
                "CREATE TRIGGER append_only BEFORE UPDATE",
            ),
            says="append_only",
        )
    },
    f"{_TESTS}::test_migrations_make_what_the_models_say": {
        "MIG-05 MIG-21": Spoiled(
            Edit(
                FIRST,
                "def downgrade",
                '    op.execute("ALTER TABLE orders ADD COLUMN by_hand text")\n\n\n'
                "def downgrade",
            ),
            says="by_hand",
        ),
        "MIG-01 STO-03": Spoiled(
            Edit("{orders[models]}.py", "    customer: ", "    client: "),
            says="New upgrade operations detected",
        ),
    },
    f"{_JOB}::test_migration_that_was_edited_later_is_found": {
        "MIG-05 MIG-07": Spoiled(
            Edit("{src}/core/migrations.py", "        _compare(config)\n", ""),
            says="assert",
        )
    },
    f"{_JOB}::test_what_stops_a_migration_leaves_nothing_of_it": {
        "MIG-10": Spoiled(
            Edit(
                "{src}/core/migrating.py",
                "poolclass=NullPool,",
                'poolclass=NullPool,\n        isolation_level="AUTOCOMMIT",',
            ),
            # Outside a transaction it takes no lock for which anybody could wait.
            says="TimeoutError",
        )
    },
    f"{_TASKS}::test_merged_migration_stays_as_it_is": {
        "MIG-07 MIG-08": Spoiled(
            Edit("Taskfile.yml", "--diff-filter=a", "--diff-filter=r"),
            says="assert",
        )
    },
}
