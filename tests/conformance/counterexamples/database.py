"""Services that use their database the wrong way (DBE)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.configuration import POOL_SIZES

DATABASE = "{src}/core/database.py"
GROUPS = "{src}/core/setting_groups.py"
BASE_MODEL = "{place[base_model]}.py"
BASE_REPOSITORY = "{place[base_repository]}.py"
MODELS = "{orders[models]}.py"
REPOSITORY = "{orders[repository]}.py"
SERVICE = "{orders[service]}.py"
UNIT_OF_WORK = "{place[unit_of_work]}.py"
_TESTS = "tests/integration/test_database.py"
_TABLES = "tests/integration/test_tables.py"

# Whoever logs somebody in leaves the session to itself.
UNFINISHED = Edit(
    "{accounts[service]}.py",
    "        await self._uow.commit()\n        logger",
    "        logger",
)
_NO_INDEX = Edit(
    MODELS,
    'ForeignKey("orders.id"), primary_key=True',
    'ForeignKey("orders.id")',
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "DBE-01": (
        Spoiled(
            Edit(DATABASE, "create_async_engine(", "create_engine("),
            says="makes a blocking engine",
        ),
    ),
    "DBE-02": (
        Spoiled(
            Edit(".env.example", "DATABASE_URL=postgresql", "DATABASE_URL=mysql"),
            says="DATABASE_URL is no address of PostgreSQL",
        ),
    ),
    "DBE-03": (
        Spoiled(
            Edit(UNIT_OF_WORK, "asyncio.shield(self._connection.close())", "self"),
            Write(
                "{src}/core/added.py",
                "async def read(engine: Any) -> None:\n"
                "    session = AsyncSession(engine)\n"
                "    await session.execute(None)\n",
            ),
            says=("self._engine.connect opens", "AsyncSession opens"),
        ),
    ),
    "DBE-04": (
        Spoiled(
            Edit(DATABASE, "            max_overflow=settings.max_overflow,\n", ""),
            says="leaves max_overflow to chance",
        ),
    ),
    "DBE-05": (POOL_SIZES,),
    "DBE-06": (
        Spoiled(
            Edit(DATABASE, "connection.ping()", "connection.info"),
            says="hands out dead connections",
        ),
    ),
    "DBE-07": (
        Spoiled(
            Edit(GROUPS, "default=3600", "default=36000"),
            says="pool_recycle_seconds is longer",
        ),
    ),
    "DBE-08": (
        Spoiled(
            Edit(GROUPS, "default=10, ge=1, le=32", "default=10, ge=1, le=64"),
            Edit(GROUPS, "self.pool_size + self.max_overflow", "self.max_overflow"),
            says=(
                "database_pool_size has no ceiling",
                "database_max_overflow may be more than 32 together",
            ),
        ),
        Spoiled(Edit("README.md", "PgBouncer", "something"), says="names PgBouncer"),
    ),
    "DBE-10": (
        Spoiled(
            Edit(
                REPOSITORY,
                "return await self.add(",
                "await self.commit()\n        return await self.add(",
            ),
            says="calls commit",
        ),
        Spoiled(
            Edit(SERVICE, "        await self._uow.commit()\n", ""),
            UNFINISHED,
            says=(
                "create calls create and does not commit",
                "begin calls create and does not commit",
            ),
        ),
    ),
    "DBE-11": (
        Spoiled(
            Edit(MODELS, "quantity: Mapped[int]", "quantity = mapped_column(Integer)"),
            says="quantity has no type",
        ),
    ),
    "DBE-12": (
        Spoiled(
            Edit(BASE_REPOSITORY, "func.json_agg(", "func.first("),
            says="no query loads a relationship",
        ),
    ),
    "DBE-13": (
        Spoiled(
            Edit(MODELS, '        lazy="raise",\n', ""),
            says="lines costs a query for each row",
        ),
    ),
    "DBE-14": (
        Spoiled(
            Edit(
                BASE_REPOSITORY,
                "result = await self._uow.execute(self._insert(), _given(rows))",
                "for row in rows:\n"
                "                session.add(row)\n"
                "                await self._uow.insert([row])\n"
                "                await self._uow.execute(self._insert(), row)",
            ),
            Edit(
                SERVICE,
                "        order = await self._orders.create(",
                "        for each in (data, data):\n"
                "            await self._orders.create(each, created_by='')\n"
                "        order = await self._orders.create(",
            ),
            Edit(
                SERVICE,
                "        return self._visible(await self._cached.get(order_id, self._orders.get))\n",
                "        await asyncio.gather(*(self._orders.delete(i) for i in order_id))\n"
                "        return await self._orders.get(order_id)\n",
            ),
            says=(
                "writes one row at a time by add:",
                "writes one row at a time by insert:",
                "writes one row at a time by execute:",
                "writes one row at a time by create:",
                "writes one row at a time by delete:",
            ),
        ),
    ),
    "DBE-15": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                "def ask(name: str) -> str:\n"
                "    return f\"SELECT * FROM users WHERE name = '{name}'\"\n",
            )
        ),
        Spoiled(
            Edit(DATABASE, 'text("SELECT 1")', 'text(f"SELECT {1}")'),
            says="puts values into SQL",
        ),
    ),
    "DBE-16": (
        Spoiled(
            _NO_INDEX,
            Edit(REPOSITORY, "OrderModel.status ==", "OrderModel.note =="),
            Edit(REPOSITORY, "OrderModel.reference.asc()", "OrderModel.note.asc()"),
            Edit(
                "{sessions[repository]}.py",
                '    .where(SessionModel.account_id == bindparam("account"))\n'
                "    .where(SessionModel.network",
                "    .where(SessionModel.network",
            ),
            Edit(
                "{sessions[repository]}.py",
                'and_(SessionModel.account_id == bindparam("account"), _UNEXPIRED)',
                "_UNEXPIRED",
            ),
            Edit(
                "{sessions[models]}.py",
                '"account_id", "created_at", "id"',
                '"account_id"',
            ),
            says=(
                "order_id refers to orders without an index",
                "searches by OrderModel.note",
                "sorts by OrderModel.note",
                "searches by SessionModel.network",
                "searches by SessionModel.expires_at",
                "sorts by SessionModel.created_at",
            ),
        ),
    ),
    "DBE-17": (
        Spoiled(
            Edit(BASE_MODEL, '"ck": "ck_%(table_name)s_%(constraint_name)s",', ""),
            says="no naming_convention",
        ),
        Spoiled(
            Edit(MODELS, "CheckConstraint(", "Nothing("),
            Edit(MODELS, "ForeignKey(", "Nothing("),
            Edit(MODELS, "unique=True,", ""),
            says=("OrderModel lets any row in", "OrderLineModel lets any row in"),
        ),
    ),
    "DBE-18": (Spoiled(Edit("README.md", "EXPLAIN", "EXPLORE"), says="EXPLAIN"),),
    "DBE-21": (
        Spoiled(
            Edit("pyproject.toml", '"asyncpg', '"aiosqlite'),
            says="aiosqlite is another driver",
        ),
    ),
    "DBE-25": (
        Spoiled(
            Edit(MODELS, 'Mapped[list["OrderLineModel"]]', "Mapped[list[str]]"),
            Write(
                "{src}/core/added.py",
                "OWNED = SessionModel.account_id == AccountModel.id\n",
            ),
            says=(
                "no relationship leads from or to OrderModel",
                "no relationship leads from or to AccountModel",
            ),
        ),
    ),
    "DBE-19": (
        Spoiled(
            Edit("{idempotency[model]}.py", "JSONB", "JSON"),
            Edit("{audit[model]}.py", "JSONB", "JSON"),
            Edit("{outbox[model]}.py", "JSONB", "JSON"),
            says="no column is JSONB",
        ),
    ),
}

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_pool_is_what_the_settings_say": {
        "DBE-04": Spoiled(
            Edit(
                DATABASE,
                "            pool_recycle=settings.pool_recycle_seconds,\n",
                "",
            )
        )
    },
    f"{_TESTS}::test_unit_of_work_that_fails_leaves_nothing": {
        "LAY-50": Spoiled(
            Edit(
                BASE_REPOSITORY,
                "            stored = [",
                "            await self._uow.commit()\n            stored = [",
            ),
            says="assert 1 == 0",
        ),
        "DBE-09 PAT-03": Spoiled(Edit(UNIT_OF_WORK, "if kind is None:", "if True:")),
    },
    f"{_TESTS}::test_request_whose_commit_fails_is_no_success": {
        "DBE-09": Spoiled(Edit("{place[dependencies]}.py", ', scope="function"', ""))
    },
    f"{_TESTS}::test_repository_inserts_many_with_one_statement": {
        "DBE-14": Spoiled(
            Edit(
                BASE_REPOSITORY,
                "statement = insert(cls.model)",
                "statement = insert(cls.model).execution_options(\n"
                "            insertmanyvalues_page_size=1\n        )",
            )
        )
    },
    f"{_TABLES}::test_foreign_keys_have_an_index": {
        "DBE-16": Spoiled(_NO_INDEX, says="fk_order_lines_order_id_orders")
    },
    f"{_TABLES}::test_constraints_have_names": {
        "DBE-17": Spoiled(
            Edit(BASE_MODEL, '"fk": "fk_', '"other": "fk_'), says="letter_tokens: "
        )
    },
    f"{_TESTS}::test_slow_statement_is_a_warning": {
        "DBE-18": Spoiled(
            Edit(DATABASE, "slow = seconds >= slow_seconds", "slow = False")
        )
    },
    "tests/unit/test_settings.py::test_production_refuses_a_database_without_tls": {
        "DBE-20 SEC-15": Spoiled(
            Edit(GROUPS, '_TLS = ("require", ', '_TLS = ("require", "prefer", '),
            says="DID NOT RAISE",
        )
    },
    f"{_TESTS}::test_statement_is_logged_without_its_parameters": {
        "DBE-24": Spoiled(
            Edit(
                DATABASE,
                "connection: Connection, _: object, statement: str, *__: object",
                "connection: Connection, _: object, statement: str, given: object, *__: object",
            ),
            Edit(
                DATABASE,
                '{"statement": statement,',
                '{"statement": statement, "given": given,',
            ),
            says="hunter2",
        ),
        "LOG-23": Spoiled(
            Edit(DATABASE, "else logger.debug", "else logger.info"), says="'INFO'"
        ),
    },
    "tests/integration/test_orders.py::test_list_orders_asks_as_often_for_many_as_for_one": {
        "DBE-13": Spoiled(
            Edit(
                BASE_REPOSITORY,
                "tuple(self.entity.model_validate(dict(row)) for row in rows)",
                'tuple([await self.get(row["id"]) for row in rows])',
            )
        )
    },
}
