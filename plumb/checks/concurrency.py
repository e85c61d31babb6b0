"""Work that waits, and work that must not make others wait (ASY)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, depends_on
from plumb.checks.authentication import PASSWORDS, with_accounts
from plumb.checks.pagination import STREAMED
from plumb.kinds import calls, rules, shipped
from plumb.roles import held
from plumb.service import Service, last_name, within
from plumb.signatures import routes

_BLOCKING = frozenset(
    {"http.client", "httpx.Client", "psycopg2", "pymongo.MongoClient", "pymysql"}
    | {"redis.Redis", "requests", "urllib.request", "urllib3"}
)
_SYNCHRONOUS = {
    "mysqlclient": "asyncmy",
    "psycopg2": "asyncpg",
    "psycopg2-binary": "asyncpg",
    "pymysql": "asyncmy",
    "requests": "httpx",
    "aioredis": "redis",
    "motor": "pymongo",
}
_RESOURCES = frozenset(
    {"AsyncClient", "AsyncSession", "ClientSession", "connect", "acquire"}
)
_CLIENTS = frozenset(
    {"AsyncClient", "ClientSession", "Redis", "create_async_engine", "create_pool"}
    | {"from_url"}
)
# What connects first and is asked then has a limit for each.
_ENGINES = frozenset({"async_engine_from_config", "create_async_engine"})
_LIMITS = {
    "to be connected": r"(connect_)?timeout",
    "for a command": r"command_timeout|.*\bstatement_timeout\b.*",
}
_OUTBOUND = "tests/unit/test_outbound.py"
_LOCKS = frozenset({"BoundedSemaphore", "Condition", "Lock", "RLock", "Semaphore"})
_LOOPS = frozenset({"run_until_complete", "nest_asyncio"})


@check("ast", "no library that blocks is imported")
def no_blocking_imports(service: Service) -> Iterator[Finding]:
    """Yield each import of a library, or of a client, that blocks."""
    for module in service.modules:
        for name, line in module.imports:
            if within(name, _BLOCKING):
                yield Finding(
                    f"imports {name}, which blocks the event loop: use an asynchronous"
                    " library",
                    module.path,
                    line,
                )


@check("toml", "drivers and clients are asynchronous")
def _asynchronous_clients(service: Service) -> Iterator[Finding]:
    for name, better in _SYNCHRONOUS.items():
        if name in service.requirements:
            yield Finding(f"depends on {name}: use {better}", "pyproject.toml")
    drivers = {"aiosqlite", "asyncmy", "asyncpg", "psycopg"}
    if "sqlalchemy" in service.requirements and not drivers & set(service.requirements):
        yield Finding(
            "no driver of the database is asynchronous: uv add asyncpg",
            "pyproject.toml",
        )


@check("ast", "what has to be closed is opened in `async with`")
def _closed(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        closed = held(module)
        for function in module.functions:
            if not isinstance(function, ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if not isinstance(node, ast.Assign | ast.AnnAssign):
                    continue
                opened = node.value
                if isinstance(opened, ast.Await):
                    opened = opened.value
                if (
                    isinstance(opened, ast.Call)
                    and last_name(opened.func) in _RESOURCES
                    and id(opened) not in closed
                ):
                    yield Finding(
                        f"{ast.unparse(opened.func)} may never be closed: open it in"
                        " `async with`, or give it to an AsyncExitStack",
                        module.path,
                        node.lineno,
                    )


@check("ast", "every client of something outside has a time limit")
def _limited(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in module.calls:
            name = last_name(call.func)
            if name in _ENGINES:
                given = {each.arg: each.value for each in call.keywords}
                options = given.get("connect_args", call)
                spelt_out = isinstance(options, ast.Dict | ast.Call)
                told = _told(call if spelt_out and None not in given else module.tree)
                waits = [
                    f"for ever {what}"
                    for what, limit in _LIMITS.items()
                    if not any(re.fullmatch(limit, each) for each in told)
                ]
            elif name in _CLIENTS and "timeout" not in ast.unparse(call):
                waits = ["for ever"]
            else:
                waits = []
            for how in waits:
                yield Finding(
                    f"{name} may wait {how}: give it a timeout",
                    module.path,
                    call.lineno,
                )


def _told(part: ast.AST) -> set[str]:
    """Return the keywords and the texts in a part of the code."""
    found = set()
    for node in ast.walk(part):
        match node:
            case ast.keyword(arg=str(name)) | ast.Constant(value=str(name)):
                found.add(name)
    return found


@check("ast", "readiness is told within a time limit")
def _readiness_limited(service: Service) -> Iterator[Finding]:
    for module in service.routers:
        for function in module.functions:
            paths = {
                node.value
                for decorator in function.decorator_list
                for node in ast.walk(decorator)
                if isinstance(node, ast.Constant)
            }
            if not paths & {"/ready", "/health/ready", "/readyz"}:
                continue
            if "timeout" not in ast.unparse(function) and "wait_for" not in ast.unparse(
                function
            ):
                yield Finding(
                    f"{function.name} waits as long as what it asks: put it into"
                    " asyncio.timeout",
                    module.path,
                    function.lineno,
                )


@check("ast", "the size of each pool of connections is chosen")
def _sized(service: Service) -> Iterator[Finding]:
    wanted = {"create_async_engine": {"pool_size", "max_overflow"}}
    wanted["create_pool"] = {"max_size"}
    for module in service.modules:
        for call in module.calls:
            given = {keyword.arg for keyword in call.keywords}
            missing = wanted.get(last_name(call.func), set()) - given
            if missing and None not in given and "NullPool" not in ast.unparse(call):
                yield Finding(
                    f"{last_name(call.func)} without {', '.join(sorted(missing))}: fit"
                    " the pool to how much runs at once",
                    module.path,
                    call.lineno,
                )


@check("ast", "routes that yield are asynchronous")
def _streamed(service: Service) -> Iterator[Finding]:
    for route in routes(service):
        yields = any(isinstance(each, ast.Yield) for each in ast.walk(route.function))
        if yields and not isinstance(route.function, ast.AsyncFunctionDef):
            yield Finding(
                f"{route.function.name} takes a thread while a client reads: make it an"
                " asynchronous generator",
                route.module.path,
                route.function.lineno,
            )


@check("ast", "no event loop is started where one may run")
def no_loop_in_a_loop(service: Service) -> Iterator[Finding]:
    """Yield each `asyncio.run` in a coroutine, or where coroutines call."""
    reached = {
        module.name
        for module in [*service.routers, *service.services, *service.repositories]
    }
    for module in service.modules:
        for call in module.calls:
            starts = ast.unparse(call.func) in {"asyncio.run", "anyio.run"}
            awaited = module.name in reached or any(
                isinstance(function, ast.AsyncFunctionDef)
                and call in set(calls(function))
                for function in module.functions
            )
            if (starts and awaited) or last_name(call.func) in _LOOPS:
                yield Finding(
                    f"{ast.unparse(call.func)} fails inside a running loop: await, or"
                    " use a task",
                    module.path,
                    call.lineno,
                )
        for name, line in module.imports:
            if name.partition(".")[0] in _LOOPS:
                yield Finding(f"imports {name}: await instead", module.path, line)


@check("ast", "locks that tasks wait for are asynchronous")
def _asynchronous_locks(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        if not any(isinstance(each, ast.AsyncFunctionDef) for each in module.functions):
            continue
        from_threading = {
            name.rpartition(".")[2]
            for name, _ in module.imports
            if name.startswith("threading.")
        }
        for call in module.calls:
            name = ast.unparse(call.func)
            _, is_qualified, last = name.partition("threading.")
            if (is_qualified and last in _LOCKS) or name in from_threading & _LOCKS:
                yield Finding(
                    f"{name} stops the event loop while a task waits: use asyncio's",
                    module.path,
                    call.lineno,
                )


not_blocking = rules(
    *("ASYNC210", "ASYNC212", "ASYNC220", "ASYNC221", "ASYNC222", "ASYNC230"),
    *("ASYNC240", "ASYNC250", "ASYNC251"),
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "ASY-01": (not_blocking, _asynchronous_clients),
    "ASY-02": (not_blocking, no_blocking_imports),
    "ASY-03": (
        shipped(
            f"{_OUTBOUND}::test_calls_that_are_awaited_together_take_the_time_of_one",
            "calls that are awaited together take the time of one",
        ),
    ),
    "ASY-04": (
        shipped(
            f"{_OUTBOUND}::test_calls_at_once_are_ten",
            "of thirty calls of a service ten run at once",
        ),
    ),
    "ASY-05": (_closed,),
    "ASY-06": (_streamed, STREAMED),
    "ASY-07": (rules("RUF006"),),
    "ASY-08": (_limited, _readiness_limited),
    "ASY-09": (
        _asynchronous_locks,
        shipped(
            f"{_OUTBOUND}::test_breaker_opens_and_a_probe_closes_it",
            "while one call probes a service, no other does",
        ),
    ),
    "ASY-10": (
        shipped(
            f"{PASSWORDS}::test_comparing_passwords_stops_nobody_else",
            "while passwords are compared, the event loop goes on",
        ).when(with_accounts),
    ),
    "ASY-11": (
        shipped(
            f"{PASSWORDS}::test_passwords_take_two_threads_of_each_processor",
            "however many are allowed, two threads of each processor are used",
        ).when(with_accounts),
    ),
    "ASY-13": (_asynchronous_clients,),
    "ASY-14": (_sized.when(depends_on("sqlalchemy", "sqlmodel", "asyncpg")),),
    "ASY-15": (no_loop_in_a_loop,),
}
