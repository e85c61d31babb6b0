"""How code is written, and what watches over it (STY)."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from plumb.check import Check, Finding, check
from plumb.checks.language import python_floor
from plumb.commands import ci_runs, in_ci
from plumb.kinds import (
    Predicate,
    enabled_rules,
    equals,
    includes,
    ruff,
    rules,
    violations,
)
from plumb.roles import arguments, top_level
from plumb.service import Module, Service, assigned, last_name, table

_WIDTH = 88
_LONGEST_FUNCTION = 50
_LONGEST_FILE = 500
_MOST_CLASSES = 3
_LONGEST_COPY = 10
_DEEPEST_FUNCTION = 2
# A code of Ruff's with fewer digits names many rules.
_DIGITS = 3


def ruff_settings(service: Service) -> Mapping[str, Any]:
    """Return how Ruff is set up, wherever that is written."""
    for path in ("ruff.toml", ".ruff.toml"):
        if service.has(path):
            return service.toml(path)
    settings: Mapping[str, Any] = table(service.manifest, "tool", "ruff")
    return settings


def ruff_setting(key: str, holds: Predicate, rule: str) -> Check:
    """Demand something of one of Ruff's settings, by its dotted path."""

    @check("toml", f"Ruff's `{key}` {rule}")
    def judge(service: Service) -> Iterator[Finding]:
        value: Any = ruff_settings(service)
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if not holds(value):
            yield Finding(f"Ruff's {key} is {value}; it {rule}", "pyproject.toml")

    return judge


def _groups(*names: str) -> Check:
    """Demand that groups of Ruff's rules are chosen by name, and none is taken back.

    A single rule may be; `S1`, for all that begin so, may not.
    """

    @check("toml", f"Ruff's {', '.join(names)} are selected, for the whole package")
    def judge(service: Service) -> Iterator[Finding]:
        # Older files have these settings one level higher.
        lint = ruff_settings(service).get("lint", ruff_settings(service))
        chosen = [*lint.get("select", ()), *lint.get("extend-select", ())]
        for name in names:
            # A letter alone is a group of its own, but for these.
            wider = {"ALL", name, *({"C", "PL", "T"} & {name[:1], name[:2]})}
            if not wider.intersection(chosen):
                yield Finding(f"Ruff's {name} is not selected", "pyproject.toml")
                continue
            on = any(_within(rule, name) for rule in enabled_rules(service))
            for code, where in _taken_back(service):
                if len(re.findall(r"\d", code)) < _DIGITS and _within(code, name):
                    said = f"Ruff's {code} is ignored as a whole{where}"
                    yield Finding(said, "pyproject.toml")
            if not on:
                yield Finding(f"no rule of Ruff's {name} is on", "pyproject.toml")

    return judge


def _within(code: str, group: str) -> bool:
    """Whether a code is one of a group, or of a part, or of more."""
    if code == "ALL":
        return True
    same = re.match("[A-Z]*", code), re.match("[A-Z]*", group)
    alike = {match[0] for match in same if match}
    return len(alike) == 1 and (code.startswith(group) or group.startswith(code))


def _taken_back(service: Service) -> Iterator[tuple[str, str]]:
    """Yield each code of Ruff that is ignored in the package, and where."""
    lint = ruff_settings(service).get("lint", ruff_settings(service))
    for key in ("ignore", "extend-ignore"):
        for code in lint.get(key, ()):
            yield code, ""
    for key in ("per-file-ignores", "extend-per-file-ignores"):
        for pattern, codes in lint.get(key, {}).items():
            if any(_covers(pattern, module.path) for module in service.modules):
                for code in codes:
                    yield code, f" in {pattern}"


def _covers(pattern: str, path: str) -> bool:
    wanted = pattern.removeprefix("!")
    file = PurePosixPath(path)
    found = file.full_match(wanted) or PurePosixPath(file.name).full_match(wanted)
    return found != pattern.startswith("!")


@check("text", "Ruff, as the service sets it up, finds nothing")
def _clean(service: Service) -> Iterator[Finding]:
    if "ruff" not in service.requirements:
        yield Finding("ruff is no dependency; uv add --dev ruff", "pyproject.toml")
    if not ruff_settings(service):
        yield Finding("Ruff is not set up", "pyproject.toml")
    yield from violations(service, ".")


@check("text", "every file is as `ruff format` writes it, and no other tool formats")
def _formatted(service: Service) -> Iterator[Finding]:
    shown = ruff(service, "format", "--check", "--output-format=json", ".")
    for each in json.loads(shown):
        path = each["filename"].removeprefix(f"{service.root.as_posix()}/")
        line = each["location"]["row"]
        yield Finding("is not as `ruff format` writes it", path, line)
    for name in ("autopep8", "black", "isort", "yapf"):
        if name in service.requirements:
            yield Finding(f"{name} formats beside Ruff; remove it", "pyproject.toml")


@check("toml", "Ruff's target is the oldest Python that the manifest allows")
def _target(service: Service) -> Iterator[Finding]:
    floor = python_floor(service)
    target = ruff_settings(service).get("target-version")
    if floor is None:
        yield Finding("requires-python has no lower bound", "pyproject.toml")
    elif target and target != "py" + "".join(map(str, floor)):
        said = (
            f"tool.ruff.target-version is {target}; the oldest Python is newer or older"
        )
        yield Finding(said, "pyproject.toml")


@check("toml", "the limits of complexity are written down")
def _thresholds(service: Service) -> Iterator[Finding]:
    lint = ruff_settings(service).get("lint", {})
    if "max-complexity" not in lint.get("mccabe", {}):
        yield Finding("tool.ruff.lint.mccabe has no max-complexity", "pyproject.toml")
    for key in ("max-args", "max-branches", "max-returns", "max-statements"):
        if key not in lint.get("pylint", {}):
            yield Finding(f"tool.ruff.lint.pylint has no {key}", "pyproject.toml")


@check("ast", "dependencies are `Annotated`, or B008 is told of them")
def _annotated_dependencies(service: Service) -> Iterator[Finding]:
    lint = ruff_settings(service).get("lint", {})
    bugbear = lint.get("flake8-bugbear", {}).get("extend-immutable-calls", ())
    if "B008" in lint.get("ignore", ()) or "fastapi.Depends" in bugbear:
        return
    for module in service.modules:
        for function in module.functions:
            for default in (*function.args.defaults, *function.args.kw_defaults):
                if (
                    isinstance(default, ast.Call)
                    and last_name(default.func) == "Depends"
                ):
                    said = (
                        f"{function.name} has a dependency for a default; annotate it"
                    )
                    yield Finding(said, module.path, default.lineno)


@check("toml", "packages may re-export: F401 is off in `__init__.py`")
def _re_exports(service: Service) -> Iterator[Finding]:
    lint = ruff_settings(service).get("lint", {})
    ignores = {
        **lint.get("per-file-ignores", {}),
        **lint.get("extend-per-file-ignores", {}),
    }
    if not any(
        path.endswith("__init__.py") and {"F", "F401"} & set(codes)
        for path, codes in ignores.items()
    ):
        said = 'per-file-ignores lacks "__init__.py" = ["F401"]'
        yield Finding(said, "pyproject.toml")


@check("toml", "import sorting knows the package as the service's own")
def _own_imports(service: Service) -> Iterator[Finding]:
    known = ruff_settings(service).get("lint", {}).get("isort", {})
    if service.package not in known.get("known-first-party", ()):
        said = f"lint.isort.known-first-party lacks {service.package}"
        yield Finding(said, "pyproject.toml")


@check("toml", "strings have double quotes, and lines are indented by spaces")
def _quotes(service: Service) -> Iterator[Finding]:
    written = ruff_settings(service).get("format", {})
    for key, wanted in (("quote-style", "double"), ("indent-style", "space")):
        if written.get(key, wanted) != wanted:
            said = f"format.{key} is {written[key]}, not {wanted}"
            yield Finding(said, "pyproject.toml")


@check("ast", "constants of a module are in capitals")
def _capitals(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.tree.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign) or not _literal(
                node.value
            ):
                continue
            for name in assigned(node):
                if not (name.isupper() or name.startswith("__")):
                    said = f"{name} is a constant; write {name.upper()}"
                    yield Finding(said, module.path, node.lineno)


def _literal(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant(value=str() | bytes() | int() | float()):
            return True
        case ast.Tuple(elts=items) | ast.Set(elts=items) | ast.List(elts=items):
            return bool(items) and all(map(_literal, items))
        case ast.Dict(keys=keys, values=values):
            return bool(keys) and all(map(_literal, [*keys, *values]))
        case _:
            return False


@check("ast", "names are not mangled: an internal member has one underscore")
def _few_double_underscores(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.nodes:
            match node:
                case ast.Attribute(attr=name) | ast.FunctionDef(name=name):
                    pass
                case ast.AsyncFunctionDef(name=name):
                    pass
                case _:
                    continue
            if name.startswith("__") and not name.endswith("__"):
                said = f"{name} is mangled by Python; one underscore says as much"
                yield Finding(said, module.path, node.lineno)


@check("ast", "arguments and variables have names of more than one letter")
def _whole_names(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for line, name in _bound(module):
            if len(name) == 1 and name != "_":
                said = f"{name} says nothing; name what it holds"
                yield Finding(said, module.path, line)


def _bound(module: Module) -> Iterator[tuple[int, str]]:
    """Yield the names of arguments and variables, those of loops left out."""
    for function in module.functions:
        for each in arguments(function):
            yield each.lineno, each.arg
    for node in module.nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for name in assigned(node):
                yield node.lineno, name


@check("ast", "services, repositories, middleware and clients are classes")
def _classes_first(service: Service) -> Iterator[Finding]:
    named = {"middleware", "middlewares", "client", "clients"}
    blocks = [
        module
        for module in service.modules
        if named.intersection(module.parts) and not module.path.endswith("__init__.py")
    ]
    for module in {
        each.path: each for each in (*service.services, *service.repositories, *blocks)
    }.values():
        public = [f for f in top_level(module) if not f.name.startswith("_")]
        for function in public:
            said = f"{function.name} is a loose function; make it part of a class"
            yield Finding(said, module.path, function.lineno)
        if not module.classes:
            yield Finding("defines no class", module.path)


def _all_modules(service: Service) -> Iterable[Module]:
    return (*service.modules, *service.tests)


@check("ast", f"functions have at most {_LONGEST_FUNCTION} lines")
def _short_functions(service: Service) -> Iterator[Finding]:
    for module in _all_modules(service):
        for function in module.functions:
            size = (function.end_lineno or 0) - function.lineno + 1
            if size > _LONGEST_FUNCTION:
                said = f"{function.name} has {size} lines; split it"
                yield Finding(said, module.path, function.lineno)


@check("ast", f"files have at most {_LONGEST_FILE} lines")
def _short_files(service: Service) -> Iterator[Finding]:
    for module in _all_modules(service):
        if (size := len(module.text.splitlines())) > _LONGEST_FILE:
            yield Finding(f"has {size} lines; split it", module.path)


@check("ast", f"functions are nested at most {_DEEPEST_FUNCTION} levels deep")
def _shallow_functions(service: Service) -> Iterator[Finding]:
    for module in _all_modules(service):
        for function, depth in _nested(module.tree, 0):
            if depth > _DEEPEST_FUNCTION:
                said = f"{function.name} lies {depth} functions deep; take it out"
                yield Finding(said, module.path, function.lineno)


def _nested(
    node: ast.AST, depth: int
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    for child in ast.iter_child_nodes(node):
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child, depth
        yield from _nested(child, depth + inside)


@check("ast", f"files define at most {_MOST_CLASSES} classes")
def _few_classes(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef)]
        if len(classes) > _MOST_CLASSES:
            said = f"defines {len(classes)} classes; split it"
            yield Finding(said, module.path)


@check("toml", f"copies of {_LONGEST_COPY} lines are found, if not shorter ones")
def short_copies(service: Service) -> Iterator[Finding]:
    """Tell from what size on, and in which files, copied code is looked for."""
    pylint = table(service.manifest, "tool", "pylint")
    limits = [
        table(pylint, name).get("min-similarity-lines")
        for name in ("similarities", "SIMILARITIES", "main", "MAIN")
    ]
    lines = " ".join(line for _, line in in_ci(service))
    limits += re.findall(r"--(?:min-similarity-lines|min-lines)[= ](\d+)", lines)
    for limit in filter(None, limits):
        if int(limit) > _LONGEST_COPY:
            said = f"copies of less than {limit} lines pass: {_LONGEST_COPY} is plenty"
            yield Finding(said, "pyproject.toml")
    ignored = table(pylint, "main").get("ignore-paths", [])
    seen = [
        module.path
        for module in service.modules
        if not any(re.match(each, module.path) for each in ignored)
    ]
    if len(seen) < len(service.modules) / 2:
        yield Finding("most files are not looked at for copies", "pyproject.toml")


_DUPLICATES = ci_runs(
    r"duplicate-code|symilar|jscpd|\bpylint (?!.*--disable)", "looks for copied code"
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "STY-01": (
        rules("E401", "E402", "E701", "E711", "E722", "E731", "W291", "W293", "N801"),
        _groups("E", "W", "N"),
    ),
    "STY-02": (_clean, ci_runs(r"\bruff check\b", "runs Ruff")),
    "STY-03": (_formatted, ci_runs(r"\bruff format\b.*--check", "checks the format")),
    "STY-05": (ruff_setting("line-length", equals(_WIDTH), f"is {_WIDTH}"),),
    "STY-07": (_target,),
    "STY-08": (
        _groups(
            *("E", "W", "F", "I", "N", "UP", "B", "SIM", "S", "A"),
            *("C4", "DTZ", "T20", "RET", "PTH", "ERA", "RUF"),
        ),
    ),
    "STY-09": (_groups("E", "W", "F", "I", "B", "C4", "UP", "ARG", "SIM"),),
    "STY-10": (_groups("B", "ARG", "PTH"),),
    "STY-11": (
        rules("C901", "PLR0911", "PLR0912", "PLR0913", "PLR0915"),
        _thresholds,
        _DUPLICATES,
        short_copies,
    ),
    "STY-12": (ruff_setting("lint.ignore", includes("E501"), "holds E501"),),
    "STY-13": (_annotated_dependencies,),
    "STY-14": (_re_exports,),
    "STY-15": (rules("I001"), _own_imports),
    "STY-16": (_quotes,),
    "STY-17": (rules("N802", "N803", "N806", "N815", "N816", "N999"),),
    "STY-18": (rules("N801", "N818"),),
    "STY-19": (_capitals,),
    "STY-20": (rules("SLF001"), _few_double_underscores),
    "STY-21": (rules("E741", "E742", "E743"), _whole_names),
    "STY-22": (_classes_first,),
    "STY-23": (_short_functions,),
    "STY-24": (_short_files,),
    "STY-25": (_shallow_functions,),
    "STY-26": (rules("PLR2004"),),
    "STY-27": (_few_classes,),
    "STY-28": (rules("T201", "T203"),),
    "STY-29": (rules("ERA001", "F401", "F841"),),
    "STY-31": (rules("C901"),),
    "STY-32": (_DUPLICATES, short_copies),
}
