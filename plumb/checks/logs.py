"""What a service says of itself while it runs (LOG)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, with_file
from plumb.checks.authentication import AUTHENTICATION, with_accounts
from plumb.checks.performance import LIMITS, uses
from plumb.commands import ci_runs
from plumb.kinds import calls, rules, shipped
from plumb.service import Class, Module, Service, last_name, table

_OTHER_LIBRARIES = frozenset({"eliot", "logbook", "loguru"})
_SETS_UP = frozenset(
    {"addHandler", "basicConfig", "dictConfig", "fileConfig", "setFormatter"}
)
_SETUP_FILES = ("logging*.y*ml", "log_config.*", "config/logging*.y*ml", "logging.ini")
_LOGS = frozenset(
    {"critical", "debug", "error", "exception", "info", "log", "warn", "warning"}
)
_EVENT = re.compile(r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*")
_LEVEL_SETTINGS = frozenset({"level", "log_level", "loglevel", "logging_level"})
_PRIVATE = ("password", "token", "email")
_RUNS_BY_ITSELF = frozenset({"Celery", "FastAPI", "FastStream"})
_TELLS_OF_LOGS = frozenset(
    {"capfd", "caplog", "capsys", "capture_logs", "log", "log_output", "logs"}
)
_TESTS = "tests/unit/test_logging.py"
_FILE_TESTS = "tests/integration/test_application.py"
_ROTATING = frozenset(
    {"ConcurrentRotatingFileHandler", "RotatingFileHandler", "TimedRotatingFileHandler"}
)
_SENTRY_TESTS = "tests/integration/test_sentry.py"


def _setups(service: Service) -> list[Module]:
    """Return the modules that say where log lines go and what they look like."""
    return [
        module
        for module in service.modules
        if any(last_name(call.func) in _SETS_UP for call in module.calls)
    ]


def _strings(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


@check("ast", "modules log through `logging.getLogger(__name__)`")
def _standard_loggers(service: Service) -> Iterator[Finding]:
    own = False
    for module in service.modules:
        for name, line in module.imports:
            library = name.partition(".")[0]
            if library in _OTHER_LIBRARIES or (
                library == "structlog" and name.endswith(".get_logger")
            ):
                said = f"logs through {library}: call logging.getLogger(__name__)"
                yield Finding(said, module.path, line)
        for node in module.tree.body:
            match node:
                case ast.Assign(value=ast.Call(func=made, args=args)) if (
                    last_name(made) == "getLogger"
                ):
                    own = True
                    if [*map(ast.unparse, args)] != ["__name__"]:
                        said = "names its logger by hand: getLogger(__name__)"
                        yield Finding(said, module.path, node.lineno)
    if not own:
        yield Finding("no module has a logger: logger = logging.getLogger(__name__)")


@check("toml", "structlog is a dependency, and the package uses it")
def _structured(service: Service) -> Iterator[Finding]:
    if "structlog" not in service.requirements:
        yield Finding("structlog is no dependency", "pyproject.toml")
    imported = {
        name.partition(".")[0] for m in service.modules for name, _ in m.imports
    }
    if "structlog" not in imported:
        yield Finding("no module uses structlog: its processors make fields of events")


@check("ast", "one module or one file sets logging up")
def _set_up_once(service: Service) -> Iterator[Finding]:
    files = [path for pattern in _SETUP_FILES for path in service.glob(pattern)]
    setups = [*files, *(module.path for module in _setups(service))]
    if not setups:
        yield Finding("nothing sets logging up; {package}/core/logging.py could")
    for path in setups[1:]:
        yield Finding(f"sets logging up, and so does {setups[0]}: join them", path)


@check("ast", "the level is a setting, and INFO unless something else is said")
def _level(service: Service) -> Iterator[Finding]:
    defaults = list(_level_defaults(service))
    if not defaults:
        yield Finding("no setting chooses the level of the log, such as LOG_LEVEL")
    for path, line, default in defaults:
        if "INFO" not in default.upper():
            said = f"the log's level is {default or 'demanded'}: make INFO the default"
            yield Finding(said, path, line)


def _level_defaults(service: Service) -> Iterator[tuple[str, int, str]]:
    for each in service.classes:
        for item in each.node.body:
            match item:
                case ast.AnnAssign(target=ast.Name(id=name), value=value) if (
                    name.lower() in _LEVEL_SETTINGS and _holds_settings(each)
                ):
                    default = ast.unparse(value) if value else ""
                    yield each.module.path, item.lineno, default
    for module in service.modules:
        for call in module.calls:
            given = [*map(ast.unparse, call.args)]
            if last_name(call.func) in {"get", "getenv"} and any(
                each.strip("'\"").lower() in _LEVEL_SETTINGS for each in given[:1]
            ):
                yield module.path, call.lineno, "".join(given[1:])


def _holds_settings(each: Class) -> bool:
    return any(word in each.name for word in ("Settings", "Config"))


@check("ast", "levels keep their usual names")
def _usual_levels(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) == "addLevelName":
                said = "adds a level of its own, which nothing else understands"
                yield Finding(said, module.path, call.lineno)


@check("ast", "the log goes to standard output")
def _to_stdout(service: Service) -> Iterator[Finding]:
    setups = _setups(service)
    if not setups:
        yield Finding("nothing sets logging up, so it goes to standard error")
    for module in setups:
        named = {ast.unparse(n) for n in module.nodes if _is_name(n)}
        if not named & {"sys.stdout", "PrintLoggerFactory"} and not any(
            "ext://sys.stdout" in text for text in _strings(module.tree)
        ):
            said = "sets logging up, but not for standard output: sys.stdout"
            yield Finding(said, module.path)


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Name)


@check("ast", "what sets logging up masks passwords, tokens and addresses")
def _masks(service: Service) -> Iterator[Finding]:
    telling = re.compile(r"log|mask|redact|sanit|sensitive")
    setups = [
        *_setups(service),
        *(module for module in service.modules if telling.search(module.name)),
    ]
    words = " ".join(word.lower() for m in setups for word in _strings(m.tree))
    for name in _PRIVATE:
        if name not in words:
            yield Finding(f"nothing masks a value called {name} before it is logged")


@check("ast", "what changes something in a service is logged at INFO")
def _business_events(service: Service) -> Iterator[Finding]:
    for module in service.services:
        changing = [each for each in module.functions if _commits(each)]
        if module.functions and not changing and not _informs(module.tree):
            said = "logs nothing that happens in the business: logger.info(...)"
            yield Finding(said, module.path)
        for function in changing:
            if not _informs(function):
                said = f"{function.name} changes something, and logs nothing at INFO"
                yield Finding(said, module.path, function.lineno)


def _commits(function: ast.AST) -> bool:
    return any(last_name(call.func) == "commit" for call in calls(function))


def _informs(node: ast.AST) -> bool:
    return any(last_name(call.func) == "info" for call in _logging_calls(node))


def _logging_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for call in calls(tree):
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if (
                method in _LOGS
                and name.lower().strip("_") in {"log", "logger", "logging"}
            ):
                yield call


@check("ast", "messages are names of events, without values in them")
def _events(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in _logging_calls(module.tree):
            position = 1 if ast.unparse(call.func).endswith(".log") else 0
            match call.args[position : position + 1]:
                case [ast.Constant(value=str(message))] if not _EVENT.fullmatch(
                    message
                ):
                    yield Finding(
                        f"logs {message!r}: name the event, such as order_placed, and"
                        " give its values as extra",
                        module.path,
                        call.lineno,
                    )


@check("ast", "a middleware reads or makes the id of each request")
def correlates(service: Service) -> Iterator[Finding]:
    """Tell whether any code knows a header for it."""
    if "asgi-correlation-id" in service.requirements:
        return
    header = re.compile(r"x-(correlation|request)-id|traceparent", re.IGNORECASE)
    if not any(header.fullmatch(s) for m in service.modules for s in _strings(m.tree)):
        yield Finding("nothing reads X-Correlation-ID or X-Request-ID of a request")


@check("ast", "the ids of a request are context variables, which it lets go of")
def _bound(service: Service) -> Iterator[Finding]:
    imported = {name for module in service.modules for name, _ in module.imports}
    if not any(
        "contextvars" in n or n.startswith("asgi_correlation_id") for n in imported
    ):
        yield Finding("no module binds context variables to a request")
        return
    for module in service.modules:
        used = {last_name(call.func) for call in module.calls}
        if "bind_contextvars" in used and not used & {
            "bound_contextvars",
            "clear_contextvars",
            "reset_contextvars",
            "unbind_contextvars",
        }:
            said = "binds context variables and leaves them: use bound_contextvars"
            yield Finding(said, module.path)


@check("ast", "tests compare what was logged")
def _tested(service: Service) -> Iterator[Finding]:
    for module in service.tests:
        for function in module.functions:
            given = {each.arg for each in function.args.args}
            given |= {last_name(call.func) for call in calls(function)}
            compares = any(isinstance(node, ast.Assert) for node in ast.walk(function))
            if function.name.startswith("test") and compares and given & _TELLS_OF_LOGS:
                return
    yield Finding("no test looks at what is logged; caplog gives it", "tests")


@check("ast", "whatever runs by itself sets logging up")
def _initialised(service: Service) -> Iterator[Finding]:
    setups = _setups(service)
    doing = {
        function.name
        for module in setups
        for function in module.functions
        if any(last_name(call.func) in _SETS_UP for call in calls(function))
    }
    for function in (each for module in setups for each in module.functions):
        if any(last_name(call.func) in doing for call in calls(function)):
            doing.add(function.name)
    scripts = table(service.manifest, "project", "scripts")
    commands = {str(each).partition(":")[0] for each in scripts.values()}
    for module in service.modules:
        called = {last_name(call.func) for call in module.calls}
        made = ", ".join(sorted(called & _RUNS_BY_ITSELF))
        if module.name in commands:
            made = made or "a command"
        if made and not called & (doing | _SETS_UP):
            yield Finding(f"makes {made}, and does not set logging up", module.path)


_rotates = uses(
    _ROTATING, "log files have a limit and rotate", "log files grow without end"
)
_rotated = shipped(
    f"{_FILE_TESTS}::test_log_file_of_ten_megabytes_is_renamed_and_five_are_kept",
    "a log file of 10 MB is renamed, and five old ones are kept",
)
_in_files = shipped(
    f"{_FILE_TESTS}::test_log_goes_to_files_that_are_asked_for",
    "`app.log` has all lines and `error.log` the errors, as JSON with the same ids",
)
_fields = shipped(
    f"{_TESTS}::test_line_tells_when_where_and_what",
    "a line is JSON with time, level, logger, module, function, line, message, extras",
)
_one_line = shipped(
    f"{_TESTS}::test_line_of_an_exception_holds_the_traceback",
    "an exception with its traceback is one line of JSON",
)
_ids = shipped(
    f"{_TESTS}::test_lines_of_a_request_share_the_ids_of_its_answer",
    "each line of a request has the ids that its answer has",
)
_served = shipped(
    "tests/e2e/test_serve.py::test_serve_answers_until_it_is_terminated",
    "the served process logs JSON to standard output",
)
_read_in_ci = ci_runs(r"\bpytest\b", "runs the tests, which read the log as JSON")
json_checks = (_read_in_ci, _fields, _one_line)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "LOG-22": (
        shipped(
            "tests/integration/test_outbound_calls.py"
            "::test_correlation_id_goes_along_and_secrets_stay_out_of_the_log",
            "a call of another service is logged, and no secret of it",
        ),
    ),
    "LOG-01": (_standard_loggers, rules("LOG001", "LOG002", "LOG015")),
    "LOG-02": (_structured, _fields),
    "LOG-04": (_set_up_once,),
    "LOG-05": (
        _in_files,
        shipped(
            f"{_TESTS}::test_console_line_is_readable",
            "a line on a console is for people",
        ),
        _fields,
    ),
    "LOG-06": (_rotates, _rotated),
    "LOG-07": (_in_files,),
    "LOG-08": (
        shipped(
            "tests/unit/test_settings.py"
            "::test_level_of_the_log_is_lower_where_the_service_is_developed",
            "where the service is developed the log begins at DEBUG, elsewhere at INFO",
        ),
    ),
    "LOG-09": (
        _level,
        shipped(
            f"{_TESTS}::test_level_is_named_as_usual_and_chosen_by_the_settings",
            "what is below the level of the settings is not logged",
        ),
    ),
    "LOG-10": (_fields, _ids),
    "LOG-11": (_fields,),
    "LOG-12": (_fields, _one_line, _ids),
    "LOG-13": (_fields,),
    "LOG-14": (
        _usual_levels,
        shipped(
            f"{_TESTS}::test_level_is_named_as_usual_and_chosen_by_the_settings",
            "lines of each level name it as everybody does",
        ),
    ),
    "LOG-15": (_one_line,),
    "LOG-16": (_to_stdout, _served),
    "LOG-17": (
        _rotates,
        shipped(
            f"{_FILE_TESTS}::test_log_files_are_not_written_unless_they_are_asked_for",
            "log files are written where they are asked for, and only there",
        ),
    ),
    "LOG-18": (
        _masks,
        shipped(
            f"{_TESTS}::test_private_value_is_not_logged",
            "passwords, tokens and addresses are masked, nested ones, too",
        ),
        shipped(
            f"{_TESTS}::test_login_in_a_url_is_not_logged",
            "nor is a login that is part of an address or of an exception",
        ),
    ),
    "LOG-20": (
        rules("G201", "LOG007", "TRY400"),
        _one_line,
        shipped(
            "tests/integration/test_application.py"
            "::test_application_without_a_database_says_so",
            "an error of the database is logged with its traceback",
        ),
    ),
    "LOG-21": (
        _business_events,
        shipped(
            "tests/integration/test_orders.py::test_order_that_changes_is_logged",
            "what becomes of an order is logged, step by step",
        ).when(with_file("tests/integration/test_orders.py")),
    ),
    "LOG-23": (
        shipped(
            "tests/integration/test_database.py"
            "::test_statement_is_logged_without_its_parameters",
            "statements are logged at DEBUG",
        ),
    ),
    "LOG-24": (correlates, _ids),
    "LOG-25": (
        correlates,
        shipped(
            f"{AUTHENTICATION}::test_lines_of_a_request_name_its_user",
            "the lines of a request name who sent it",
        ).when(with_accounts),
    ),
    "LOG-26": (
        _bound,
        shipped(
            f"{_TESTS}::test_ids_of_a_request_end_with_it",
            "a line after a request has none of its ids",
        ),
    ),
    "LOG-28": (
        shipped(
            f"{_SENTRY_TESTS}"
            "::test_error_of_the_server_is_reported_and_one_of_the_client_is_not",
            "what is logged as an error reaches Sentry, and nothing else",
        ),
        shipped(
            f"{_SENTRY_TESTS}::test_tenth_of_the_traces_is_kept_by_default",
            "a tenth of the traces is kept, and none without an address",
        ),
    ),
    "LOG-29": (_tested,),
    "LOG-30": json_checks,
    "LOG-31": (
        _initialised,
        _served,
        shipped(
            "tests/e2e/test_serve.py::test_command_logs_as_the_settings_say",
            "a command logs as the settings say",
        ),
    ),
    "LOG-32": (
        shipped(
            f"{LIMITS}::test_warning_comes_before_the_limit",
            "a warning is logged before requests are refused",
        ),
    ),
    "LOG-33": (_events, rules("G001", "G002", "G003", "G004")),
}
