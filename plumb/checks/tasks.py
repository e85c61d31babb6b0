"""What developers need not type: the tasks of a project (TSK)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.options import literal, options
from plumb.service import Module, Service, last_name

_FILES = ("Taskfile.y*ml", "Taskfile.*.y*ml")
_MAKE = ("Makefile", "justfile")
_SHORTEST = 4
_PORT = 8000
_DESTROYS = (
    r"(?i)alembic downgrade base|\bdropdb\b|drop (database|schema)"
    r"|\b(database|db|migrate|schema)[-:. ](clean|drop|reset|wipe)\b"
)
_SAYS_SO = r"(?i)\b(all (the )?data|delet|destroy|drop|eras|los[et]|wipe)"
_CALL = re.compile(r"\b(?:task|make|just) ([\w:.-]+)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
# What code has to show: commands, and the names of files.
_COMMANDS = {
    "the tools to install": r"\b(uv|poetry|pip)\b.*\b(install|sync|run)|install\.sh",
    "the hooks": r"\b(pre-commit|prek) install|\b(task|make|just) (install|hooks|setup)",
    "the settings": r"\.env\b",
    "the server": r"\b(task|make|just) (dev|run|serve)|uvicorn|fastapi (dev|run)|\bserve\b",
}
# What a sentence, or a command, may tell.
_SENTENCES = {
    "the services it needs": r"docker|compose|database|PostgreSQL",
    "the migrations": r"migrat|alembic|atlas",
}


def _tasks(service: Service) -> Mapping[str, str]:
    """Return what each task does, with the tasks that it calls."""
    own: dict[str, str] = {}
    for path in (path for pattern in _FILES for path in service.glob(pattern)):
        for name, task in _written(service, path).items():
            own[name] = "\n".join(_lines(task))
    for path in (path for pattern in _MAKE for path in service.glob(pattern)):
        for target in re.finditer(
            r"^([\w:.-]+)[^=\n]*:(?!=)(.*\n(?:[ \t].*\n?)*)", service.read(path), re.M
        ):
            own[target[1]] = target[2]
    return {name: _expanded(name, own, frozenset()) for name in own}


def _written(service: Service, path: str) -> Mapping[str, object]:
    content = service.yaml(path)
    tasks = content.get("tasks") if isinstance(content, dict) else None
    return tasks if isinstance(tasks, dict) else {}


def _lines(task: object) -> Iterator[str]:
    """Yield the commands of a task, and of those that it calls."""
    match task:
        case str():
            yield task
        case list():
            for each in task:
                yield from _lines(each)
        case {"task": name}:
            yield f"task {name}"
        case dict():
            for key in ("deps", "cmds", "cmd"):
                for line in _lines(task.get(key)):
                    called = key != "deps" or line.startswith("task ")
                    yield line if called else f"task {line}"


def _expanded(name: str, own: Mapping[str, str], above: frozenset[str]) -> str:
    told = own[name]
    for each in sorted((own.keys() & _CALL.findall(told)) - above - {name}):
        told += "\n" + _expanded(each, own, above | {name})
    return told


def does(*patterns: str, rule: str) -> Check:
    """Demand one task whose commands match all patterns."""

    @check("yaml", f"a task {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        if not any(
            all(re.search(pattern, done) for pattern in patterns)
            for done in _tasks(service).values()
        ):
            yield Finding(f"no task {rule}", "Taskfile.yml")

    return judge


@check("yaml", "a Taskfile lists its tasks unless it is asked for one")
def _listed(service: Service) -> Iterator[Finding]:
    path = next((p for pattern in _FILES for p in service.glob(pattern)), None)
    if path is None:
        yield Finding("Taskfile.yml is missing")
        return
    if "--list" not in _tasks(service).get("default", ""):
        yield Finding("has no task `default` that runs task --list", path)
    for name, task in _written(service, path).items():
        told = isinstance(task, dict) and (task.get("desc") or task.get("internal"))
        if name != "default" and not told:
            yield Finding(f"{name} has no desc, so the list leaves it out", path)


@check("yaml", "a task that destroys data says so, and asks")
def asks_before_data_are_lost(service: Service) -> Iterator[Finding]:
    """Yield each task that empties the database without a word."""
    for path in (path for pattern in _FILES for path in service.glob(pattern)):
        for name, task in _written(service, path).items():
            does = "\n".join(_lines(task))
            if not re.search(_DESTROYS, does):
                continue
            given = task if isinstance(task, dict) else {}
            asks = given.get("prompt") or re.search(r"\b(confirm|read)\b", does)
            told = f"{given.get('desc')} {given.get('prompt')} {does}"
            if not asks:
                yield Finding(f"{name} destroys data: give it a prompt", path)
            if not re.search(_SAYS_SO, told):
                yield Finding(f"{name} destroys data, and does not say so", path)


@check("text", "serving takes its host and port from the environment, 8000 by itself")
def _port(service: Service) -> Iterator[Finding]:
    told = "\n".join(_tasks(service).values())
    serving = [module for module in service.modules if "uvicorn" in module.text]
    taken = set(re.findall(r"\$\{?(\w+)", told)) | {
        name for module in service.modules for name in _variables(module)
    }
    taken |= {option.name.upper() for option in options(service)}
    for name in ("HOST", "PORT"):
        if not any(
            re.fullmatch(rf"((API|APP|SERVER|UVICORN)_)?{name}", t) for t in taken
        ):
            yield Finding(f"nothing takes {name} from the environment")
    numbers = [literal(node) for module in serving for node in module.nodes]
    numbers += [literal(each.default) for each in options(service)]
    if _PORT not in numbers and not re.search(r"\b8000\b", told):
        yield Finding("nothing serves on port 8000 unless told otherwise")


def _variables(module: Module) -> Iterator[str]:
    """Yield the variables that code reads by themselves."""
    for node in module.nodes:
        match node:
            case ast.keyword(arg="envvar", value=ast.Constant(value=str(name))):
                yield name
            case ast.Call(args=[ast.Constant(value=str(name)), *_]):
                if re.search(r"environ\.get|getenv", ast.unparse(node.func)):
                    yield name
            case ast.Subscript(value=place, slice=ast.Constant(value=str(name))):
                if last_name(place) == "environ":
                    yield name


@check("text", "the README leads from the tools to the running service")
def _quick_start(service: Service) -> Iterator[Finding]:
    readme = service.read("README.md")
    start = re.search(
        r"^## [^\n]*(quick ?start|getting started|set-?up|install)[^\n]*\n(.*?)(?=^## |\Z)",
        readme,
        re.DOTALL | re.IGNORECASE | re.MULTILINE,
    )
    told = start[2] if start else ""
    code = "\n".join(_CODE.findall(told))
    lines = [line for line in told.splitlines() if len(line.split()) > _SHORTEST]
    sentences = "\n".join([code, *lines])
    demanded = [(code, _COMMANDS), (sentences, _SENTENCES)]
    for what, where, pattern in (
        (what, where, pattern)
        for where, patterns in demanded
        for what, pattern in patterns.items()
    ):
        if not re.search(pattern, where, re.IGNORECASE):
            yield Finding(
                f"does not lead past {what} to a running service", "README.md"
            )


writes_migrations = does(
    r"alembic revision|atlas migrate diff", rule="writes migrations"
)
applies_migrations = does(
    # A tool, or a command of the service, with nothing but options.
    r"(?m)alembic upgrade|atlas migrate apply|(?<!atlas )\bmigrate( +[-{]| *$)",
    rule="applies migrations",
)
resets_the_database = does(_DESTROYS, rule="starts with an empty database anew")
takes_migrations_back = does(
    r"alembic downgrade|atlas migrate down", rule="takes migrations back"
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "TSK-01": (_listed,),
    "TSK-02": (
        does(r"uv sync|poetry install|pip install", rule="installs the dependencies"),
        does(r"uvicorn|\bserve\b|fastapi (dev|run)", rule="serves"),
        does(r"pytest(?!.*--cov)", rule="tests"),
        does(r"pytest.* --cov(?![-\w])", rule="measures coverage"),
        does(r"ruff check(?!.*--fix)", rule="checks the style"),
        does(
            r"ruff check.* --fix", r"ruff format(?!.*--check)", rule="mends the style"
        ),
    ),
    "TSK-03": (does(r"--reload|fastapi dev", rule="serves with reloading"), _port),
    "TSK-04": (
        does(
            r"--cov-report[= ]term|coverage report",
            r"--cov-report[= ]html|coverage html",
            rule="shows the coverage in the terminal and as HTML",
        ),
    ),
    "TSK-05": (writes_migrations, applies_migrations, takes_migrations_back),
    "TSK-06": (
        does(
            r"\bipython\b", r"import .*app", rule="starts IPython with the application"
        ),
    ),
    "TSK-08": (
        does(
            r"(pre-commit|prek) run .*--all-files", rule="runs the hooks on all files"
        ),
    ),
    "TSK-09": (
        does(
            r"ruff check",
            r"ruff format --check",
            r"\b(mypy|pyright)\b",
            r"\bpytest\b",
            rule="runs all checks: linter, formatter, types and tests",
        ),
    ),
    "TSK-10": (_quick_start,),
}
