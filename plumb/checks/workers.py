"""How work is handed to processes that do nothing else, with Celery (BGT, LAY)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Condition, Finding, check, depends_on
from plumb.kinds import path, shipped, text
from plumb.options import find, literal
from plumb.service import Module, Service, last_name

_WORKERS = "tests/e2e/test_workers.py"
_LOST = "tests/e2e/test_lost_processes.py"
_PAGE = "docs/workers.md"
_LIMITS = ("soft_time_limit", "time_limit")
_POOLS = re.compile(r"(?:-P|--pool)[ =](?!prefork)(\w+)")

with_celery: Condition = depends_on("celery")


def _told(service: Service, name: str) -> list[tuple[Module, ast.expr]]:
    """Return what Celery is told of a setting, however that is written."""
    return [
        (module, value)
        for module in service.modules
        for node in module.nodes
        for key, value in _pairs(node)
        if key == name
    ]


def _pairs(node: ast.AST) -> Iterator[tuple[object, ast.expr]]:
    match node:
        case ast.Dict(keys=keys, values=values):
            yield from (
                (literal(key), value) for key, value in zip(keys, values, strict=True)
            )
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Assign(targets=[ast.Attribute(attr=name)], value=value):
            yield name, value


def _demand(name: str, wanted: object, rule: str) -> Check:
    """Demand that Celery is told something."""

    @check("ast", rule)
    def judge(service: Service) -> Iterator[Finding]:
        told = _told(service, name)
        if not told:
            yield Finding(f"Celery's {name} is not set: set it to {wanted}")
        for module, value in told:
            if literal(value) != wanted:
                yield Finding(
                    f"sets {name}: it has to be {wanted}", module.path, value.lineno
                )

    return judge


@check("ast", "every task of Celery has a soft and a hard time limit")
def _limited(service: Service) -> Iterator[Finding]:
    missing = [name for name in _LIMITS if not _told(service, f"task_{name}")]
    for module in service.modules:
        for call in module.calls if "celery" in _imported(module) else ():
            is_made = not isinstance(call.func, ast.Call)
            if not is_made or last_name(call.func) not in {"task", "shared_task"}:
                continue
            given = {keyword.arg for keyword in call.keywords}
            if lacking := [name for name in missing if name not in given]:
                yield Finding(
                    f"makes a task without {' and '.join(lacking)}: a task that hangs"
                    " keeps its process for ever",
                    module.path,
                    call.lineno,
                )


def _imported(module: Module) -> set[str]:
    return {name.partition(".")[0] for name, _ in module.imports}


@check("text", "the example for production names a broker that keeps messages, by TLS")
def _lasting_broker(service: Service) -> Iterator[Finding]:
    for file in (".env.prod.example", ".env.production.example"):
        if service.has(file) and re.search(
            r"(?m)^\w*BROKER_URL=(amqps|gcpubsub)://", service.read(file)
        ):
            return
    yield Finding("no example for production sets BROKER_URL to RabbitMQ or Pub/Sub")


@check("ast", "a setting says which broker there is")
def _broker_is_a_setting(service: Service) -> Iterator[Finding]:
    if not find(service, "(.+_)?broker_url"):
        yield Finding(
            "no setting has the broker's address: add one, such as broker_url"
        )


@check("ast", "Celery keeps no results, or a setting says where")
def _results_are_chosen(service: Service) -> Iterator[Finding]:
    ignored = [literal(value) for _, value in _told(service, "task_ignore_result")]
    if True not in ignored and not find(service, "(.+_)?result_backend"):
        yield Finding(
            "nothing tells where results are kept: add a setting result_backend, or set"
            " Celery's task_ignore_result"
        )


@check("text", "workers run tasks in processes, not in threads")
def _processes(service: Service) -> Iterator[Finding]:
    for pattern in ("README.md", "docs/**/*.md", "*compose*.y*ml", "Taskfile*.yml"):
        for file in service.glob(pattern):
            for pool in _POOLS.finditer(service.read(file)):
                yield Finding(
                    f"starts workers with the pool {pool[1]}: what computes needs"
                    " prefork, the default",
                    file,
                )


def _starts_plainly(page: str) -> bool:
    return re.search(r"celery (-A|--app)[ =][\w.]+ worker", page) is not None


def _may_compute(page: str) -> bool:
    return any(
        "processor" in each and "process for itself" in each
        for each in page.replace("\n", " ").split(". ")
    )


_by_worker = shipped(
    f"{_WORKERS}::test_each_task_runs_once",
    "a worker runs what was recorded, once, on Redis and on RabbitMQ",
).when(with_celery)
_ended = shipped(
    f"{_WORKERS}::test_task_that_takes_too_long_is_ended",
    "a task that waits, computes or clings is ended after its time",
).when(with_celery)
_late = _demand(
    "task_acks_late", wanted=True, rule="a task is acknowledged after it ran"
).when(with_celery)
_alone = _demand(
    "worker_prefetch_multiplier",
    wanted=1,
    rule="a worker fetches one task for each process",
).when(with_celery)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "BGT-01": (
        _by_worker,
        shipped(
            f"{_WORKERS}::test_two_beats_do_not_double_a_schedule",
            "what comes again is done once, however many beats there are",
        ).when(with_celery),
    ),
    "BGT-05": (
        _processes.when(with_celery),
        text(_PAGE, _may_compute, "lets a task keep its processor busy").when(
            with_celery
        ),
    ),
    "BGT-06": (
        _broker_is_a_setting.when(with_celery),
        _lasting_broker.when(with_celery),
    ),
    "BGT-07": (_results_are_chosen.when(with_celery),),
    "BGT-10": (
        _late,
        shipped(
            f"{_LOST}::test_worker_is_killed_in_the_middle_of_tasks",
            "no task is lost with its worker, and none has two effects",
        ).when(with_celery),
    ),
    "BGT-11": (_alone,),
    "BGT-12": (_limited.when(with_celery), _ended),
    "BGT-20": (_by_worker,),
    "BGT-22": (_ended,),
    "BGT-24": (
        text(_PAGE, _starts_plainly, "starts a worker by `celery -A ... worker`").when(
            with_celery
        ),
    ),
    "PIT-11": (
        _late,
        _alone,
        shipped(
            f"{_LOST}::test_broker_is_killed_under_load",
            "no task is lost with Redis or RabbitMQ, and none has two effects",
        ).when(with_celery),
    ),
    "LAY-18": (path("{package}/workers|{package}/*/workers").when(with_celery),),
}
