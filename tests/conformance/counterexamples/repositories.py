"""Services that read and write rows the wrong way (REP)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

BASE = "{place[base_repository]}.py"
DATABASE = "{src}/core/database.py"
MODELS = "{orders[models]}.py"
REPOSITORY = "{orders[repository]}.py"
SERVICE = "{orders[service]}.py"
_TESTS = "tests/integration/test_database.py"
_LIVE = ".where(self.model.id == key, self.model.deleted_at.is_(None))"
_ANY = ".where(self.model.id == key)"

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
            Edit(BASE, "    async def _flush(", "    def _flush("),
            says="_flush is not async",
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
    "REP-08": (Spoiled(Edit(BASE, _LIVE, _ANY), says="_row finds deleted rows"),),
    "REP-09": (
        Spoiled(
            Edit(
                MODELS, "    note: Mapped[", "    email: Mapped[str]\n    note: Mapped["
            ),
            Edit(BASE, "func.count()", "func.max()"),
            says=("OrderRepository lacks get_by_email", "does not tell the total"),
        ),
    ),
    "REP-10": (
        Spoiled(
            Edit(BASE, "await self._session.flush()", "await self._session.commit()"),
            says="BaseRepository commits",
        ),
    ),
}

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_repository_returns_entities_not_rows": {
        "REP-06": Spoiled(
            Edit(
                BASE,
                "return self.entity.model_validate(row, from_attributes=True)",
                "return row",
            )
        )
    },
    f"{_TESTS}::test_repository_takes_a_deleted_row_for_gone": {
        "REP-08": Spoiled(Edit(BASE, _LIVE, _ANY), says="DID NOT RAISE")
    },
    f"{_TESTS}::test_repository_pages_in_order": {
        "REP-09": Spoiled(Edit(BASE, "total=total or 0", "total=query.per_page"))
    },
    f"{_TESTS}::test_unit_of_work_joins_repositories": {
        "REP-11": Spoiled(
            Edit(
                DATABASE,
                "return kind(self._session)",
                "return kind(AsyncSession(self._session.bind))",
            )
        )
    },
}
