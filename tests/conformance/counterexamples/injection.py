"""Services whose parts make what they should be given (DIN)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.authentication import LET_IN

DEPENDENCIES = "{place[dependencies]}.py"
ROUTER = "{orders[router]}.py"
SERVICE = "{orders[service]}.py"
_TESTS = "tests/integration/test_database.py"

_YIELDING = """\
    async with database.unit_of_work(read_only=read_only, within=within) as uow:
        yield uow
"""
_OPEN = """\
    uow = await database.unit_of_work(read_only=read_only, within=within).__aenter__()
    yield uow
"""

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "DIN-01": (
        Spoiled(
            Edit(ROUTER, "await service.get(", "await OrderService(service).get("),
            says="get_order makes its own OrderService",
        ),
    ),
    "DIN-03": (
        Spoiled(
            Edit(ROUTER, ") -> OrderService:", "):"),
            says="get_order_service does not say what it returns",
        ),
    ),
    "DIN-04": (
        Spoiled(
            Edit(DEPENDENCIES, _YIELDING, _OPEN),
            says="get_unit_of_work yields outside",
        ),
    ),
    "DIN-06": (
        Spoiled(
            Edit(SERVICE, "uow.repository(OrderRepository)", "OrderRepository()"),
            Edit(SERVICE, "uow: UnitOfWork", "uow: object"),
            says=("OrderService makes its own OrderRepository", "takes uow without"),
        ),
    ),
    "DIN-07": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                "from acme.core.config import get_settings\n\nsettings = get_settings()\n"
                "database = Database(None)\napp = create_app()\nSEEN = {}\n\n\n"
                "@cache\ndef engine():\n    return create_async_engine()\n\n\n"
                "def count():\n    global SEEN\n\n\n"
                "def create_queue() -> Queue:\n    return Queue(get_settings())\n\n\n"
                "queue = create_queue()\n",
            ),
            says=(
                "get_settings is called at import",
                "Database is called at import",
                "create_app is called at import",
                "create_queue is called at import",
                "SEEN = {} is filled later",
                "engine keeps create_async_engine in a cache",
                "changes SEEN of the module",
            ),
        ),
    ),
    "DIN-08": (
        Spoiled(
            Edit("tests/conftest.py", "dependency_overrides", "overrides"),
            *(
                Edit(
                    f"tests/integration/{name}.py", "dependency_overrides", "overrides"
                )
                for name in ("test_attacks", "test_hostile_requests")
            ),
            says="no test uses",
        ),
    ),
    "DIN-09": (LET_IN,),
}

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_settings_choose_the_database_of_a_request": {
        "DIN-02": Spoiled(
            Edit(
                DEPENDENCIES,
                "    database: Database = request.app.state.database\n",
                "    import os\n\n"
                "    from acme.core.setting_groups import DatabaseSettings\n\n"
                '    url = {"url": os.environ["TEST_DATABASE_URL"]}\n'
                "    database = Database(DatabaseSettings.model_validate(url))\n",
            )
        )
    },
    f"{_TESTS}::test_unit_of_work_gives_its_connection_back": {
        "DIN-04": Spoiled(
            Edit(
                "{place[unit_of_work]}.py",
                "await asyncio.shield(self._connection.close())",
                # What nobody keeps, the garbage collector closes, sooner or later.
                "vars(asyncio).setdefault('left', []).append(self._connection)",
            ),
            says="assert 1 == 0",
        )
    },
}
