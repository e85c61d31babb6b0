"""Which Python, and how it is written (PYV)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.commands import everywhere
from plumb.kinds import rules, shipped
from plumb.roles import methods
from plumb.service import Service, last_name, table

FLOOR = (3, 13)


def python_floor(service: Service) -> tuple[int, ...] | None:
    """Return the oldest Python that the manifest allows, `None` if it does not say."""
    asked = table(service.manifest, "project").get("requires-python", "")
    bound = re.search(r"(?:>=|~=|==)\s*(\d+)\.(\d+)", asked)
    return (int(bound[1]), int(bound[2])) if bound else None


@check("toml", "Python is 3.13 or newer, for uv, Ruff and mypy alike")
def _one_python(service: Service) -> Iterator[Finding]:
    floor = python_floor(service)
    if floor is None:
        yield Finding("requires-python has no lower bound", "pyproject.toml")
        return
    if floor < FLOOR:
        yield Finding(f"Python {_dotted(floor)} is allowed", "pyproject.toml")
    pinned = re.match(r"(?:cpython-)?(\d+)\.(\d+)", service.read(".python-version"))
    if pinned is None:
        yield Finding("no Python is chosen in .python-version")
    elif (int(pinned[1]), int(pinned[2])) < floor:
        yield Finding("is older than requires-python", ".python-version")
    tool = table(service.manifest, "tool")
    for key, target in (
        ("tool.ruff.target-version", tool.get("ruff", {}).get("target-version")),
        ("tool.mypy.python_version", tool.get("mypy", {}).get("python_version")),
    ):
        if target and str(target).replace(".", "").lstrip("py") != "".join(
            map(str, floor)
        ):
            said = f"{key} is {target}, not the oldest Python, {_dotted(floor)}"
            yield Finding(said, "pyproject.toml")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


@check("ast", "a class that only keeps what it is given is a dataclass")
def _plain_containers(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        functions = methods(each.node)
        if (
            not each.node.bases
            and not each.node.decorator_list
            and [function.name for function in functions] == ["__init__"]
            and all(map(_keeps, functions[0].body))
        ):
            said = f"{each.name} only keeps values; make it a dataclass"
            yield Finding(said, each.module.path, each.node.lineno)


def _keeps(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Attribute()], value=ast.Name()):
            return True
        case ast.AnnAssign(target=ast.Attribute(), value=ast.Name()):
            return True
        case _:
            return False


@check("yaml", "a hook refuses debuggers, or has Ruff do so")
def _hook_against_debuggers(service: Service) -> Iterator[Finding]:
    hooks = [each for each in everywhere(service) if "pre-commit" in each.path]
    if not any(re.search(r"\bruff\b|debug-statements", each.line) for each in hooks):
        yield Finding(
            "no hook refuses a breakpoint() left behind", ".pre-commit-config.yaml"
        )


@check("ast", "enumerations of texts are `StrEnum`, and compared with by their members")
def _string_enumerations(service: Service) -> Iterator[Finding]:
    members: set[str] = set()
    for each in service.subclasses("Enum", "StrEnum"):
        values = [
            item.value.value
            for item in each.node.body
            if isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant)
        ]
        texts = [value for value in values if isinstance(value, str)]
        members.update(texts)
        if texts and len(texts) == len(values) and "Enum" in each.bases:
            said = f"{each.name} has texts for values; derive it from StrEnum"
            yield Finding(said, each.module.path, each.node.lineno)
    for module in service.modules:
        for node in module.nodes:
            if not isinstance(node, ast.Compare):
                continue
            for side in (node.left, *node.comparators):
                if isinstance(side, ast.Constant) and side.value in members:
                    said = f"compares with {side.value!r}, a member of an enumeration"
                    yield Finding(said, module.path, node.lineno)


@check("ast", "no other zone than UTC is named")
def _utc(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in module.calls:
            name = last_name(call.func)
            match call.args:
                case [ast.Constant(value=str(zone)), *_] if name in {
                    "ZoneInfo",
                    "gettz",
                    "timezone",
                }:
                    other = zone.upper() not in {"UTC", "ETC/UTC"}
                case [ast.Call(func=inner), *_] if name == "timezone":
                    other, zone = last_name(inner) == "timedelta", "an offset"
                case _:
                    continue
            if other:
                said = f"names the zone {zone}; times are in UTC, for callers to turn"
                yield Finding(said, module.path, call.lineno)


@check("ast", "generic classes and functions take type parameters in brackets")
def _no_type_variables(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.nodes:
            if isinstance(node, ast.Call) and last_name(node.func) in {
                "ParamSpec",
                "TypeVar",
                "TypeVarTuple",
            }:
                said = f"makes a {last_name(node.func)}; write class A[T] or def f[T]"
                yield Finding(said, module.path, node.lineno)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PYV-01": (_one_python,),
    "PYV-03": (rules("UP031", "UP032", "G004", "S608"),),
    "PYV-04": (_plain_containers,),
    "PYV-05": (
        rules("PTH100", "PTH103", "PTH107", "PTH110", "PTH118", "PTH120", "PTH123"),
    ),
    "PYV-06": (rules("PTH208"),),
    "PYV-07": (rules("SIM115"),),
    "PYV-08": (rules("T100"), _hook_against_debuggers),
    "PYV-09": (rules("C400", "C401", "C402", "C416", "SIM110", "SIM113", "PERF401"),),
    "PYV-10": (rules("UP040", "UP046", "UP047"), _no_type_variables),
    "PYV-12": (rules("UP035"),),
    "PYV-13": (
        rules(*(f"DTZ{n:03}" for n in (*range(1, 8), 11, 12, 901))),
        _utc,
        shipped(
            "tests/integration/test_tables.py::test_timestamps_have_a_time_zone",
            "the database keeps every time with its zone",
        ),
        shipped(
            "tests/integration/test_orders.py"
            "::test_create_order_with_lines_returns_it_with_its_location",
            "a time in an answer has its offset",
        ).when(
            lambda service: (
                service.has("tests/integration/test_orders.py") or not service.generated
            )
        ),
    ),
    "PYV-16": (_string_enumerations,),
}
