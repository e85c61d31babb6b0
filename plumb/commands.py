"""The commands that a service's automation runs: CI, tasks, hooks."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from plumb.check import Check, Finding, check
from plumb.service import Service

_CI = (".github/workflows/*.y*ml", ".gitlab-ci.yml")
_TASKS = ("Taskfile*.y*ml",)
_MAKE = ("Makefile", "justfile")
_CALL = re.compile(r"\b(?:task|make|just) ([\w:.-]+)")
_TARGET = re.compile(r"([\w:.-]+)\s*:(?!=)\s*([^#]*)")


class Command(NamedTuple):
    """A line of shell, and the file that holds it."""

    path: str
    line: str


def everywhere(service: Service) -> list[Command]:
    """Return the commands of CI, of tasks and of the hooks of pre-commit."""
    tasks = [command for listed in _tasks(service).values() for command in listed]
    return [*_steps(service), *tasks, *_hooks(service)]


def in_ci(service: Service) -> list[Command]:
    """Return the commands that CI runs, those of the tasks it calls included."""
    tasks = _tasks(service)
    found: dict[Command, None] = {}
    waiting = _steps(service)
    while waiting:
        command = waiting.pop(0)
        if command not in found:
            found[command] = None
            for name in _CALL.findall(command.line):
                waiting += tasks.get(name, [])
    return list(found)


def ci_runs(pattern: str, rule: str) -> Check:
    """Demand that a command of CI matches a pattern, by itself or through a task.

    Args:
        pattern: a regular expression.
        rule: what CI does, such as "checks types".
    """

    @check("yaml", f"CI {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        if not any(re.search(pattern, command.line) for command in in_ci(service)):
            yield Finding(f"no step of CI {rule}", ".github/workflows")

    return judge


def offers(pattern: str, rule: str) -> Check:
    """Demand that a task, a hook or a step of CI matches a pattern.

    Args:
        pattern: a regular expression.
        rule: what the task does, such as "lists what is outdated".
    """

    @check("yaml", f"a task {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        if not any(re.search(pattern, each.line) for each in everywhere(service)):
            yield Finding(f"no task {rule}; add one to the Taskfile")

    return judge


def _steps(service: Service) -> list[Command]:
    found = []
    for path in _files(service, _CI):
        content = mapping(service.yaml(path))
        jobs = mapping(content.get("jobs", content))
        for job in filter(None, map(mapping, jobs.values())):
            steps = [mapping(step).get("run") for step in _list(job.get("steps"))]
            found += _lines(path, [*steps, *_list(job.get("script"))])
    return found


def _tasks(service: Service) -> Mapping[str, list[Command]]:
    found: dict[str, list[Command]] = {}
    for path in _files(service, _TASKS):
        tasks = mapping(mapping(service.yaml(path)).get("tasks"))
        for name, task in tasks.items():
            listed = _list(mapping(task).get("cmds") or task)
            called = _list(mapping(task).get("deps"))
            found[name] = [
                *_lines(path, (f"task {_name(each)}" for each in called)),
                *_lines(path, map(_command, listed)),
            ]
    for path in _files(service, _MAKE):
        target: list[Command] = []
        for line in service.read(path).splitlines():
            if named := _TARGET.match(line):
                target = found.setdefault(named[1], [])
                target += [Command(path, f"make {name}") for name in named[2].split()]
            elif line[:1].isspace() and line.strip():
                target.append(Command(path, line.strip().lstrip("@-")))
    return found


def _hooks(service: Service) -> list[Command]:
    path = ".pre-commit-config.yaml"
    repos = _list(mapping(service.yaml(path)).get("repos"))
    return [
        # Without a command of its own, a hook runs what its repository installs.
        Command(path, str(hook.get("entry", f"hook {hook.get('id')}")))
        for repo in map(mapping, repos)
        for hook in map(mapping, _list(repo.get("hooks")))
        if hook.get("language") != "pygrep"
    ]


def _command(item: object) -> object:
    if isinstance(item, dict):
        return item.get("cmd") or f"task {_name(item)}"
    return item


def _name(item: object) -> object:
    return mapping(item).get("task", item)


def _lines(path: str, texts: Iterable[object]) -> list[Command]:
    return [
        Command(path, line.strip())
        for text in texts
        if isinstance(text, str)
        for line in text.replace("\\\n", " ").splitlines()
        if line.strip()
    ]


def _files(service: Service, patterns: Iterable[str]) -> list[str]:
    return [path for pattern in patterns for path in sorted(service.glob(pattern))]


def mapping(value: object) -> Mapping[Any, Any]:
    """Return a value that is a mapping, or else an empty one."""
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []
