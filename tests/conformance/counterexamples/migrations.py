"""Services whose schema changes in the wrong way (MIG)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

ENV = "migrations/env.py"
FIRST = "migrations/versions/0001_create_orders.py"
_TESTS = "tests/integration/test_migrations.py"
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
    "MIG-05": (
        Spoiled(
            Edit(
                "{place[main]}.py",
                "        yield\n",
                "        await app.state.database.run(Base.metadata.create_all)\n        yield\n",
            ),
            says="changes the schema",
        ),
    ),
    "MIG-09": (
        Spoiled(Edit(FIRST, _BACK, "    pass\n"), says="downgrade does nothing"),
    ),
    "MIG-10": (
        Spoiled(
            Edit(ENV, "context.begin_transaction()", "nullcontext()"),
            says="half a migration may stay",
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
            says="imports alembic.command",
        ),
        Spoiled(
            Edit("README.md", "alembic upgrade head", "something"),
            says="says how migrations run",
        ),
    ),
}

FAILURES: Mapping[str, Spoiled] = {
    f"{_TESTS}::test_migrations_go_up_down_and_up_again": Spoiled(
        Edit(FIRST, _BACK, "    pass\n"), says="already exists"
    ),
    f"{_TESTS}::test_migrations_make_what_the_models_say": Spoiled(
        Edit("{orders[models]}.py", "    customer: ", "    client: "),
        says="New upgrade operations detected",
    ),
}
