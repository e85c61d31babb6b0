"""Services that read and write rows the wrong way (REP)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

BASE = "{place[base_repository]}.py"
MODELS = "{orders[models]}.py"
REPOSITORY = "{orders[repository]}.py"
SERVICE = "{orders[service]}.py"
UNIT_OF_WORK = "{place[unit_of_work]}.py"
_TESTS = "tests/integration/test_database.py"
LIVE = '[cls.model.id == bindparam("key"), cls.model.deleted_at.is_(None)]'
ANY = '[cls.model.id == bindparam("key")]'

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "REP-01": (
        Spoiled(
            Edit(
                SERVICE,
                "import logging\n",
                "import logging\n\nfrom sqlalchemy import select\n",
            ),
            says="writes SQL (sqlalchemy.select)",
        ),
    ),
    "REP-02": (
        Spoiled(
            Edit(REPOSITORY, "from sqlalchemy", "import smtplib\nfrom sqlalchemy"),
            says="imports smtplib",
        ),
    ),
    "REP-03": (
        Spoiled(
            Edit(BASE, "    async def _one(", "    def _one("),
            says="_one is not async",
        ),
    ),
    "REP-04": (
        Spoiled(
            Edit(REPOSITORY, "(BaseRepository[OrderModel, Order])", ""),
            says="OrderRepository does not use the generic base",
        ),
    ),
    "REP-05": (
        Spoiled(
            Edit(
                REPOSITORY,
                "class OrderRepository(",
                "class DraftRepository(BaseRepository[OrderModel, Order]):\n    pass\n\n\n"
                "class OrderRepository(",
            ),
            says="DraftRepository is for OrderModel already",
        ),
    ),
    "REP-06": (
        Spoiled(
            Edit(
                REPOSITORY,
                "created_by: str) -> Order:",
                "created_by: str) -> OrderModel:",
            ),
            Edit(REPOSITORY, ") -> Page[Order]:", ") -> Any:"),
            says=("create returns OrderModel", "find returns Any"),
        ),
    ),
    "REP-08": (Spoiled(Edit(BASE, LIVE, ANY), says="_select_one finds deleted rows"),),
    "REP-09": (
        Spoiled(
            Edit(
                MODELS, "    note: Mapped[", "    email: Mapped[str]\n    note: Mapped["
            ),
            Edit(BASE, "func.count()", "func.max()"),
            Edit(BASE, "insert(", "put("),
            says=(
                "OrderRepository lacks get_by_email",
                "does not tell the total",
                "does not create with a flush",
            ),
        ),
    ),
    "REP-10": (
        Spoiled(
            Edit(
                BASE,
                "await self._uow.execute(self._insert(), _given(rows))",
                "await self._uow.commit()",
            ),
            says="BaseRepository commits",
        ),
    ),
}

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_repository_returns_entities_not_rows": {
        "REP-06": Spoiled(
            Edit(
                BASE,
                "return self.entity.model_validate(dict(row))",
                "return row",
            )
        )
    },
    f"{_TESTS}::test_repository_takes_a_deleted_row_for_gone": {
        "REP-08": Spoiled(Edit(BASE, LIVE, ANY), says="DID NOT RAISE")
    },
    f"{_TESTS}::test_repository_pages_in_order": {
        "REP-09": Spoiled(
            Edit(BASE, 'total=counts[0]["total"]', "total=query.per_page")
        )
    },
    f"{_TESTS}::test_unit_of_work_joins_repositories": {
        "REP-11": Spoiled(
            Edit(
                UNIT_OF_WORK,
                "return kind(self)",
                "return kind(UnitOfWork(self._engine))",
            )
        )
    },
}
