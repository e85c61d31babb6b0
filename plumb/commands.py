"""The commands that a service's automation runs: CI, tasks, hooks."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pathspec

from plumb.check import Check, Finding, check
from plumb.service import Service, table

_CI = (".github/workflows/*.y*ml", ".gitlab-ci.yml")
_TASKS = ("Taskfile*.y*ml",)
_MAKE = ("Makefile", "justfile")
_CALL = re.compile(r"\b(?:task|make|just) ([\w:.-]+)")
_TARGET = re.compile(r"([\w:.-]+)\s*:(?!=)\s*([^#]*)")
# What a line holds whose failure nobody notices, or that leaves hooks out.
_IN_VAIN = re.compile(
    r"\|\| *(true|:|exit 0|echo|printf)|; *(true|:|exit 0) *$|--exit-zero\b"
    r"|\bSKIP=|^-"
)


# What starts a workflow of GitHub with a change of the code; others may call the last.
_CHANGES = {"push", "pull_request", "merge_group", "workflow_call"}


class Command(NamedTuple):
    """A line of shell, and the file that holds it."""

    path: str
    line: str


def triggers(workflow: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Return what starts a workflow of GitHub, with its filters."""
    # YAML reads the key `on` as true.
    told = workflow.get("on", workflow.get(True))
    return told if isinstance(told, dict) else dict.fromkeys(_list(told))


def with_changes(path: str, content: Mapping[Any, Any]) -> bool:
    """Return whether a file of CI is about changes of the code, not about a schedule."""
    return path == ".gitlab-ci.yml" or bool(_CHANGES & triggers(content).keys())


def everywhere(service: Service) -> list[Command]:
    """Return the commands of CI, of tasks and of the hooks of pre-commit."""
    tasks = [command for listed in _tasks(service).values() for command in listed]
    return [*_steps(service), *tasks, *_hooks(service)]


def in_ci(service: Service, *, in_vain: bool = False) -> list[Command]:
    """Return the commands that CI runs, those of the tasks it calls included.

    Args:
        service: the service.
        in_vain: whether those count, too, whose failure passes, or which do not run on
            every change of the code.
    """
    tasks = _tasks(service, in_vain=in_vain)
    found: dict[Command, None] = {}
    waiting = _steps(service, in_vain=in_vain)
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
        if any(re.search(pattern, each.line) for each in in_ci(service)):
            return
        said = f"no step of CI {rule}"
        if any(re.search(pattern, each.line) for each in in_ci(service, in_vain=True)):
            said += " so that it counts: on every change, and its failure is one of CI"
        yield Finding(said, ".github/workflows")

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


def _steps(service: Service, *, in_vain: bool = True) -> list[Command]:
    found = []
    for path in _files(service, _CI):
        content = table(service.yaml(path))
        every = with_changes(path, content) and _on_every_change(service, content)
        if not in_vain and not (every and _binds(content)):
            continue
        jobs = table(content.get("jobs", content))
        for job in filter(None, map(table, jobs.values())):
            steps = list(map(table, _list(job.get("steps"))))
            if in_vain or _binds(job):
                runs = [step.get("run") for step in steps if in_vain or _binds(step)]
                found += _lines(path, [*runs, *_list(job.get("script"))], in_vain)
    return found


def _on_every_change(service: Service, workflow: Mapping[Any, Any]) -> bool:
    """Whether no filter of paths keeps a workflow from code that is to be merged."""
    told = table(triggers(workflow).get("pull_request"))
    code = [module.path for module in (*service.modules, *service.tests)]
    for key, wanted in (("paths", True), ("paths-ignore", False)):
        if key in told:
            spec = pathspec.GitIgnoreSpec.from_lines(map(str, _list(told[key])))
            if any(spec.match_file(path) != wanted for path in code):
                return False
    return True


def _binds(work: Mapping[Any, Any]) -> bool:
    """Whether a workflow, a job, a step or a task runs, as a whole, or else fails."""
    condition = str(work.get("if", True)).strip("${ }").lower()
    passes = ("continue-on-error", "allow_failure", "ignore_error")
    return (
        condition != "false"
        and not any(str(work.get(key)).lower() == "true" for key in passes)
        and work.get("when") not in {"manual", "never"}
        and "SKIP" not in table(work.get("env"))
    )


def _tasks(service: Service, *, in_vain: bool = True) -> Mapping[str, list[Command]]:
    found: dict[str, list[Command]] = {}
    for path in _files(service, _TASKS):
        tasks = table(table(service.yaml(path)).get("tasks"))
        for name, task in tasks.items():
            if not in_vain and not _binds(table(task)):
                continue
            listed = [
                each
                for each in _list(table(task).get("cmds") or task)
                if in_vain or _binds(table(each))
            ]
            called = _list(table(task).get("deps"))
            found[name] = [
                *_lines(path, (f"task {_name(each)}" for each in called)),
                *_lines(path, map(_command, listed), in_vain),
            ]
    for path in _files(service, _MAKE):
        target: list[Command] = []
        for line in service.read(path).splitlines():
            if named := _TARGET.match(line):
                target = found.setdefault(named[1], [])
                target += [Command(path, f"make {name}") for name in named[2].split()]
            elif line[:1].isspace():
                for command in _lines(path, [line.strip().removeprefix("@")], in_vain):
                    target.append(Command(path, command.line.lstrip("@-")))
    return found


def _hooks(service: Service) -> list[Command]:
    path = ".pre-commit-config.yaml"
    repos = _list(table(service.yaml(path)).get("repos"))
    return [
        # Without a command of its own, a hook runs what its repository installs.
        Command(path, str(hook.get("entry", f"hook {hook.get('id')}")))
        for repo in map(table, repos)
        for hook in map(table, _list(repo.get("hooks")))
        if hook.get("language") != "pygrep"
    ]


def _command(item: object) -> object:
    if isinstance(item, dict):
        return item.get("cmd") or f"task {_name(item)}"
    return item


def _name(item: object) -> object:
    return table(item).get("task", item)


def _lines(path: str, texts: Iterable[object], in_vain: bool = True) -> list[Command]:
    return [
        Command(path, line.strip())
        for text in texts
        if isinstance(text, str) and (in_vain or "set +e" not in text)
        for line in text.replace("\\\n", " ").splitlines()
        if line.strip() and (in_vain or not _IN_VAIN.search(line.strip()))
    ]


def _files(service: Service, patterns: Iterable[str]) -> list[str]:
    return [path for pattern in patterns for path in sorted(service.glob(pattern))]


def _list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []
