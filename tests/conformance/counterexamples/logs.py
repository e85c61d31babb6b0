"""Services that say too much, too little, or what nobody can read (LOG)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write
from plumb.checks.performance import LIMITS

_ADDED = "{src}/core/added.py"
_LOGGING = "{src}/core/logging.py"
_REQUEST_LOG = "{place[middleware]}/request_log.py"
_TESTS = "tests/unit/test_logging.py"
_FILE_TESTS = "tests/integration/test_application.py"

_MANY_LOGGERS = '''"""Gets loggers in wrong ways."""

import logging

logging.Logger(__name__)
logging.getLogger(__file__)
logging.info("added")
'''
_LOST_TRACEBACKS = '''"""Catches without telling."""

import logging

logger = logging.getLogger(__name__)


def lose() -> None:
    """Lose an exception in three ways."""
    try:
        lose()
    except ValueError:
        logger.error("lost")
        logger.error("lost", exc_info=True)
        logger.exception("lost", exc_info=False)
'''
_AS_ON_STDOUT = "_attach(handler, name, json=False)"
_VALUES_IN_MESSAGES = '''"""Puts values into messages."""

import logging

logger = logging.getLogger(__name__)


def tell(name: str) -> None:
    """Tell in four ways."""
    logger.info("{} came".format(name))
    logger.info("%s came" % name)
    logger.info("came: " + name)
    logger.info(f"{name} came")
'''
_WITHOUT_TESTS_IN_CI = Spoiled(
    Edit(".github/workflows/ci.yml", "task check", "task lint"),
    says="no step of CI runs the tests",
)
WITHOUT_HEADERS = Spoiled(
    Edit(_REQUEST_LOG, "x-correlation-id", "x-mark"),
    Edit(_REQUEST_LOG, "x-request-id", "x-number"),
    Edit("{src}/core/outbound.py", "x-correlation-id", "x-mark"),
    Edit(_REQUEST_LOG, "traceparent", "trail"),
    Edit("{outbox[repository]}.py", "traceparent", "trail"),
    Edit("{outbox[runner]}.py", "traceparent", "trail"),
    says="X-Correlation-ID",
)


def _without(code: str, says: str) -> Spoiled:
    """Return a service that does not do this to what it logs."""
    return Spoiled(Edit(_LOGGING, code, ""), says=says)


_FULL_DISK = Spoiled(
    Edit(_LOGGING, "import RotatingFileHandler", "import WatchedFileHandler"),
    Edit(_LOGGING, " RotatingFileHandler(", " WatchedFileHandler("),
    says="log files grow without end",
)

NO_JSON = Spoiled(
    Edit(
        _LOGGING,
        'to_json(line, fallback=repr, inf_nan_mode="strings").decode()',
        "repr(line)",
    ),
    says="JSONDecodeError",
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "LOG-01": (
        Spoiled(
            Write(_ADDED, '"""Logs."""\n\nfrom loguru import logger\n'),
            says="logs through loguru",
        ),
        Spoiled(Write(_ADDED, _MANY_LOGGERS)),
    ),
    "LOG-02": (
        Spoiled(
            Edit("pyproject.toml", '"structlog>=', '"pinolog>='),
            says="structlog is no dependency",
        ),
    ),
    "LOG-04": (
        Spoiled(
            Write(_ADDED, '"""Logs."""\n\nimport logging\n\nlogging.basicConfig()\n'),
            says="join them",
        ),
    ),
    "LOG-06": (_FULL_DISK,),
    "LOG-17": (_FULL_DISK,),
    "LOG-09": (
        Spoiled(
            Edit("{src}/core/setting_groups.py", '] = "INFO"', '] = "ERROR"'),
            says="make INFO the default",
        ),
    ),
    "LOG-14": (
        Spoiled(
            Write(
                _ADDED,
                '"""Adds a level."""\n\nimport logging\n\n'
                'logging.addLevelName(25, "NOTICE")\n',
            ),
            says="a level of its own",
        ),
    ),
    "LOG-16": (Spoiled(Edit(_LOGGING, "sys.stdout", "sys.stderr"), says="sys.stdout"),),
    "LOG-18": (Spoiled(Edit(_LOGGING, "email|", ""), says="called email"),),
    "LOG-20": (Spoiled(Write(_ADDED, _LOST_TRACEBACKS)),),
    "LOG-21": (
        Spoiled(
            Edit("{orders[service]}.py", 'info("order_placed"', 'debug("order_placed"'),
            says="place changes something, and logs nothing",
        ),
    ),
    "LOG-24": (WITHOUT_HEADERS,),
    "LOG-25": (WITHOUT_HEADERS,),
    "LOG-26": (
        Spoiled(
            Edit(_REQUEST_LOG, "reset_contextvars(**tokens)", "pass"),
            says="leaves them",
        ),
    ),
    "LOG-29": (
        Spoiled(
            *(Remove(f"tests/{folder}") for folder in ("e2e", "integration", "unit")),
            says="looks at what is logged",
        ),
    ),
    "LOG-30": (_WITHOUT_TESTS_IN_CI,),
    "LOG-31": (
        Spoiled(
            Edit(
                "{place[main]}.py", "configure_logging(settings.log)", "list(settings)"
            ),
            Edit("{place[main]}.py", "log_to_files(settings", "list(settings"),
            Edit("{src}/cli.py", "configure_logging(", "list("),
            says=("makes FastAPI, and does not", "makes a command, and does not"),
        ),
    ),
    "LOG-33": (
        Spoiled(
            Edit("{orders[service]}.py", '"order_created"', '"Order was created"'),
            says="name the event",
        ),
        Spoiled(Write(_ADDED, _VALUES_IN_MESSAGES)),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{LIMITS}::test_warning_comes_before_the_limit": {
        "LOG-32": Spoiled(
            Edit(
                "{place[middleware]}/load_shedding.py", "logger.warning", "logger.info"
            )
        )
    },
    f"{_TESTS}::test_line_tells_when_where_and_what": {
        "CIC-17 LOG-02 LOG-30": NO_JSON,
        "LOG-05": NO_JSON,
        "LOG-10": Spoiled(Edit(_LOGGING, ", **event}", "}"), says="order_id"),
        "LOG-11": _without('"logger": record.name,', says="logger"),
        "LOG-12": Spoiled(
            Edit(_LOGGING, '"function": ', '"func": '),
            says="'function'",
        ),
        "LOG-13": Spoiled(
            Edit(
                _LOGGING,
                "datetime.fromtimestamp(record.created, UTC)",
                'self.formatTime(record, "%d.%m.%Y %H:%M:%S")',
            ),
            says="Invalid isoformat string",
        ),
    },
    f"{_TESTS}::test_line_of_an_exception_holds_the_traceback": {
        "CIC-17 LOG-12 LOG-30": NO_JSON,
        "LOG-15": Spoiled(
            Edit(_LOGGING, "to_json(line, ", "to_json(line, indent=1, "),
            says="too many values to unpack",
        ),
        "LOG-20": Spoiled(
            Edit(_LOGGING, "if record.exc_info:", "if record.stack_info:"),
            says="KeyError: 'exception'",
        ),
    },
    f"{_TESTS}::test_console_line_is_readable": {
        "LOG-05": Spoiled(
            Edit(_LOGGING, 'json=settings.format == "json")', "json=True)"),
            says="startswith",
        )
    },
    f"{_FILE_TESTS}::test_log_goes_to_files_that_are_asked_for": {
        "LOG-05": Spoiled(
            Edit(_LOGGING, "_attach(handler, name, json=True)", _AS_ON_STDOUT),
            says="JSONDecodeError",
        ),
        "LOG-07": Spoiled(
            Edit(_LOGGING, '"error.log": logging.ERROR', '"error.log": logging.INFO'),
            says="too many values to unpack",
        ),
    },
    f"{_FILE_TESTS}::test_log_file_of_ten_megabytes_is_renamed_and_five_are_kept": {
        "LOG-06": Spoiled(
            Edit(_LOGGING, "_OLD_FILES = 5", "_OLD_FILES = 4"), says="[5, 5]"
        )
    },
    f"{_FILE_TESTS}::test_log_files_are_not_written_unless_they_are_asked_for": {
        "LOG-17": Spoiled(
            Edit(
                "{place[main]}.py",
                """    if settings.log.folder:
        log_to_files(settings.log.folder)
""",
                "    log_to_files(settings.log.folder or Path(gettempdir()))\n",
            ),
            Edit(
                "{place[main]}.py",
                "from functools import partial\n",
                "from functools import partial\nfrom pathlib import Path\n"
                "from tempfile import gettempdir\n",
            ),
        )
    },
    "tests/unit/test_settings.py"
    "::test_level_of_the_log_is_lower_where_the_service_is_developed": {
        "LOG-08": Spoiled(
            Edit(
                "{src}/core/config.py", '{"level": "DEBUG", **', '{"level": "INFO", **'
            ),
            says="[dev-DEBUG]",
        )
    },
    f"{_TESTS}::test_private_value_is_not_logged": {
        "LOG-18": Spoiled(
            Edit(_LOGGING, "isinstance(value, Mapping):", "not key:"),
            says=("[password]", "[X-API-Key]"),
        )
    },
    f"{_TESTS}::test_login_in_a_url_is_not_logged": {
        "LOG-18": Spoiled(
            Edit(_LOGGING, '_PRIVATE_TEXT.sub("[redacted]", text)', "text"),
            says="assert 'hunter2' not in",
        )
    },
    "tests/integration/test_application.py"
    "::test_application_without_a_database_says_so": {
        "LOG-20": Spoiled(
            Edit("{src}/core/problems.py", ", exc_info=error)", ")"),
            says="assert None is not None",
        )
    },
    "tests/integration/test_orders.py::test_order_that_changes_is_logged": {
        "LOG-21": Spoiled(
            Edit(
                "{orders[service]}.py", 'info("order_updated"', 'debug("order_updated"'
            ),
            says="'order_updated'",
        )
    },
    "tests/e2e/test_serve.py::test_command_logs_as_the_settings_say": {
        "LOG-31": Spoiled(Edit("{src}/cli.py", "configure_logging(", "list("))
    },
    f"{_TESTS}::test_level_is_named_as_usual_and_chosen_by_the_settings": {
        "LOG-09": Spoiled(
            Edit(
                _LOGGING,
                "logging.getLogger().setLevel(settings.level)",
                'logging.getLogger().setLevel("INFO")',
            )
        ),
        "LOG-14": Spoiled(
            Edit(_LOGGING, "record.levelname,", "record.levelname.lower(),"),
            says="'debug'",
        ),
    },
    f"{_TESTS}::test_lines_of_a_request_share_the_ids_of_its_answer": {
        "LOG-10 LOG-12 LOG-24": _without(
            "**contextvars.get_contextvars(), ", says="KeyError: 'request_id'"
        ),
    },
    f"{_TESTS}::test_ids_of_a_request_end_with_it": {
        "LOG-26": Spoiled(Edit(_REQUEST_LOG, "reset_contextvars(**tokens)", "pass"))
    },
    "tests/integration/test_sentry.py"
    "::test_error_of_the_server_is_reported_and_one_of_the_client_is_not": {
        "LOG-28": Spoiled(
            Edit("{place[startup]}/sentry.py", "LoggingIntegration(), ", "")
        ),
    },
    "tests/integration/test_sentry.py::test_tenth_of_the_traces_is_kept_by_default": {
        "LOG-28": Spoiled(
            Edit("{src}/core/observability_settings.py", "default=0.1", "default=1")
        ),
    },
}
