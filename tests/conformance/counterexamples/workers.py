"""Services whose workers lose tasks, or keep them for ever (BGT, LAY)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled

_WITH = {"preset": "custom", "task_queue": "celery"}
_CONFIGURATION = "{workers[package]}/configuration.py"
_CELERY = "{workers[package]}/celery.py"
_SETTINGS = "{src}/core/celery_settings.py"
_LOST = "tests/e2e/test_lost_processes.py"
_WORKERS = "tests/e2e/test_workers.py"
_PAGE = "docs/workers.md"

_NO_WORK = Spoiled(
    Edit(
        "{outbox[runner]}.py",
        "result = await task.run(taken.message, about)",
        "result = None",
    ),
    says="assert [] == [",
    answers=_WITH,
)

_EARLY = Spoiled(
    Edit(_CONFIGURATION, '"task_acks_late": True', '"task_acks_late": False'),
    says="has to be True",
    answers=_WITH,
)
_MANY = Spoiled(
    Edit(_CONFIGURATION, '        "worker_prefetch_multiplier": 1,\n', ""),
    says="worker_prefetch_multiplier is not set",
    answers=_WITH,
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "BGT-05": (
        Spoiled(
            Edit(_PAGE, "worker --concurrency=8", "worker --pool=threads"),
            says="the pool threads",
            answers=_WITH,
        ),
        Spoiled(Edit(_PAGE, "process for itself", "thread"), answers=_WITH),
    ),
    "BGT-06": (
        Spoiled(Edit(_SETTINGS, "broker_url", "address"), answers=_WITH),
        Spoiled(
            Edit(".env.prod.example", "=amqps://", "=redis://"),
            says="RabbitMQ or Pub/Sub",
            answers=_WITH,
        ),
    ),
    "BGT-07": (
        Spoiled(
            Edit(
                _CONFIGURATION, '"task_ignore_result": True', '"task_send_sent": True'
            ),
            says="where results are kept",
            answers=_WITH,
        ),
    ),
    "BGT-10": (_EARLY,),
    "BGT-11": (_MANY,),
    "BGT-12": (
        Spoiled(
            Edit(_CELERY, "soft_time_limit=", "rate_limit="),
            says="without soft_time_limit",
            answers=_WITH,
        ),
    ),
    "BGT-24": (Spoiled(Edit(_PAGE, "celery -A", "celery"), answers=_WITH),),
    "PIT-11": (_EARLY, _MANY),
    "LAY-18": (Spoiled(Remove("{workers[package]}"), answers=_WITH),),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_WORKERS}::test_each_task_runs_once": {"BGT-01 BGT-20": _NO_WORK},
    f"{_WORKERS}::test_two_beats_do_not_double_a_schedule": {
        "BGT-01": Spoiled(
            Edit("{src}/core/schedules.py", "period.isoformat()", "str(uuid4())"),
            Edit("{src}/core/schedules.py", "UUID, uuid5", "UUID, uuid4, uuid5"),
            says="<= 9",
            answers=_WITH,
        )
    },
    f"{_LOST}::test_worker_is_killed_in_the_middle_of_tasks": {
        "BGT-10": Spoiled(
            Edit(
                "{outbox[runner]}.py",
                "taken.attempts > task.attempts",
                "taken.attempts > 1",
            ),
            says="a task was lost",
            answers=_WITH,
        )
    },
    f"{_LOST}::test_broker_is_killed_under_load": {
        "PIT-11": Spoiled(
            Edit(
                "{workers[package]}/beat.py",
                "except Exception:",
                "except ZeroDivisionError:",
            ),
            says="beat raised exception",
            answers=_WITH,
        )
    },
    f"{_WORKERS}::test_task_that_takes_too_long_is_ended": {
        "BGT-12 BGT-22": Spoiled(
            Edit(
                _CELERY,
                "            time_limit=ceil(task.seconds) + HARD_SECONDS,\n",
                "",
            ),
            says="TimeoutError",
            answers=_WITH,
        )
    },
}
