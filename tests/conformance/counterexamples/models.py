"""Services with tables that keep the wrong things (ORM)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

BASE = "{place[base_model]}.py"
BASE_REPOSITORY = "{place[base_repository]}.py"
MODELS = "{orders[models]}.py"
_DATABASE = "tests/integration/test_database.py"
_TABLES = "tests/integration/test_tables.py"
_PLACED_AT = Edit(
    MODELS,
    "    note: Mapped[",
    "    placed_at: Mapped[datetime | None] = mapped_column(DateTime())\n    note: Mapped[",
)
_TEXT = "customer: Mapped[str] = mapped_column(String(200), "

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "ORM-01": (
        Spoiled(
            Edit(BASE, "    updated_at: Mapped", "    touched: Mapped"),
            says="OrderModel has no updated_at",
        ),
    ),
    "ORM-02": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                "from datetime import datetime\n\n"
                "THEN = datetime(2020, 1, 1)\nNOW = datetime.now()\n"
                "UTC = datetime.utcnow()\n",
            )
        ),
        Spoiled(_PLACED_AT, says="placed_at has no time zone"),
    ),
    "ORM-03": (
        Spoiled(
            Edit(
                BASE_REPOSITORY,
                'await self.update(key, {"deleted_at": func.now()})',
                "await self._uow.execute(delete(self.model))",
            ),
            Edit(BASE, "    deleted_at: ", "    gone_at: "),
            Edit(
                "{sessions[repository]}.py",
                "func.least(SessionModel.deleted_at, SessionModel.expires_at)",
                "SessionModel.expires_at",
            ),
            says=(
                "OrderModel has no deleted_at",
                "repositories/base.py:",
                "session_repository.py:",
                "deletes rows",
            ),
        ),
    ),
    "ORM-04": (
        Spoiled(
            Edit(
                MODELS, "    note: Mapped[", "    email: Mapped[str]\n    note: Mapped["
            ),
            Edit(
                MODELS, '            postgresql_where=text("deleted_at IS NULL"),\n', ""
            ),
            says=("email is not unique", "reference of a deleted row stays taken"),
        ),
    ),
    "ORM-05": (
        Spoiled(
            Edit(MODELS, _TEXT, "customer: Mapped[str] = mapped_column("),
            says="customer may be of any length",
        ),
    ),
    "ORM-06": (
        Spoiled(
            Edit(BASE, "def __repr__", "def show"), says="OrderModel has no __repr__"
        ),
    ),
    "ORM-07": (
        Spoiled(
            Edit(
                MODELS,
                "    note: Mapped[",
                "    password: Mapped[str]\n    note: Mapped[",
            ),
            says="password holds a password",
        ),
    ),
    "ORM-08": (
        Spoiled(
            Edit(MODELS, 'ForeignKey("orders.id"), ', ""),
            says="OrderLineModel is another thing",
        ),
    ),
}

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_DATABASE}::test_repository_updates_a_row_and_its_time": {
        "ORM-01": Spoiled(
            Edit(
                BASE,
                "server_default=func.now(), onupdate=func.now()",
                "server_default=func.now()",
            )
        )
    },
    f"{_TABLES}::test_timestamps_have_a_time_zone": {
        "ORM-02 PYV-13": Spoiled(
            Edit(BASE, "DateTime(timezone=True)", "DateTime()"),
            says="accounts.verified_at",
        )
    },
    f"{_DATABASE}::test_repository_delete_keeps_the_row": {
        "ORM-03": Spoiled(
            Edit(
                BASE_REPOSITORY,
                'await self.update(key, {"deleted_at": func.now()})',
                "from sqlalchemy import delete\n\n"
                "        await self._uow.execute(delete(self.model))",
            )
        )
    },
    f"{_TABLES}::test_strings_have_a_length": {
        "ORM-05": Spoiled(
            Edit(MODELS, _TEXT, "customer: Mapped[str] = mapped_column("),
            says="orders.customer",
        )
    },
    f"{_DATABASE}::test_row_is_shown_by_its_key_alone": {
        "ORM-06": Spoiled(Edit(BASE, "{self.__dict__.get('id')}", "{self.__dict__}"))
    },
}
