"""The settings of a service, told from its classes and from its `.env.example`."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from plumb.service import Class, Module, Service, assigned, last_name

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist")
_VARIABLE = re.compile(r"(?:export )?(\w+)=(.*)")


@dataclass(frozen=True)
class Option:
    """A setting.

    Attributes:
        name: of its variable, in lower case.
        group: the class that declares it.
        node: its declaration.
    """

    name: str
    group: Class
    node: ast.AnnAssign

    @property
    def default(self) -> ast.expr | None:
        """The expression of its default; `None` if it must be set."""
        value = self.node.value
        if isinstance(value, ast.Call) and last_name(value.func).endswith("Field"):
            given = {each.arg: each.value for each in value.keywords}
            value = next(iter(value.args), None) or given.get(
                "default", given.get("default_factory")
            )
        is_ellipsis = isinstance(value, ast.Constant) and value.value is ...
        return None if is_ellipsis else value

    def constraint(self, name: str) -> object:
        """Return what `Field(name=...)` says, if that is a literal."""
        keywords = getattr(self.node.value, "keywords", ())
        return next((literal(k.value) for k in keywords if k.arg == name), None)


@dataclass(frozen=True)
class Variable:
    """A line of `.env.example`; `value` has no quotes around it."""

    path: str
    line: int
    name: str
    value: str


def settings(service: Service) -> list[Class]:
    """Return the classes that read the environment."""
    return service.subclasses("BaseSettings")


def config_modules(service: Service) -> list[Module]:
    """Return the modules that may read the environment."""
    own = {each.module.path for each in settings(service)}
    named = {"config", "settings"}
    return [
        module
        for module in service.modules
        if module.path in own or named.intersection(module.parts[-1:])
    ]


@lru_cache(maxsize=4)
def options(service: Service) -> list[Option]:
    """Return every setting, those of nested groups under their whole names."""
    own = [
        option
        for each in settings(service)
        for option in _options(service, each, _config(each, "env_prefix"), each)
    ]
    added = [
        option
        for root in settings(service)[:1]
        for name, group in _added(service)
        for option in _options(service, group, _below(root, name), root)
    ]
    return own + added


def groups(service: Service) -> list[Class]:
    """Return the classes of settings, nested ones included."""
    found = [*settings(service), *(option.group for option in options(service))]
    return list({id(each.node): each for each in found}.values())


def find(service: Service, *names: str) -> list[Option]:
    """Return the settings with one of these names; `*` stands for anything."""
    pattern = "|".join(name.replace("*", ".*") for name in names)
    return [each for each in options(service) if re.fullmatch(pattern, each.name)]


def choices(service: Service, annotation: ast.expr) -> set[str]:
    """Return the values that a `Literal` or an enumeration of the service allows."""
    if last_name(annotation) == "Literal":
        found = [literal(node) for node in ast.walk(annotation)]
    else:
        names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
        found = [
            literal(item.value)
            for each in service.classes
            if each.name in names and any(base.endswith("Enum") for base in each.bases)
            for item in each.node.body
            if isinstance(item, ast.Assign)
        ]
    return {value.lower() for value in found if isinstance(value, str)}


def example(service: Service) -> str:
    """Return the path of the file that shows all variables."""
    return next((path for path in _EXAMPLES if service.has(path)), _EXAMPLES[0])


def variables(service: Service) -> list[Variable]:
    """Return what that file sets."""
    path = example(service)
    return [
        Variable(path, number, found[1], found[2].strip().strip("\"'"))
        for number, line in enumerate(service.read(path).splitlines(), 1)
        if (found := _VARIABLE.match(line))
    ]


def literal(node: ast.expr | ast.AST | None) -> object:
    """Return the value of a literal, `None` for anything else."""
    return node.value if isinstance(node, ast.Constant) else None


def _options(
    service: Service, group: Class, prefix: str, root: Class
) -> Iterator[Option]:
    nested = _models(service)
    for item in group.node.body:
        name = next(iter(assigned(item)), "")
        if not isinstance(item, ast.AnnAssign) or not name or name.startswith("_"):
            continue
        inner = nested.get(last_name(item.annotation))
        if inner and inner.node is not group.node:
            yield from _options(service, inner, _below(root, f"{prefix}{name}"), root)
        elif last_name(item.annotation) != "ClassVar":
            option = Option("", group, item)
            alias = option.constraint("validation_alias") or option.constraint("alias")
            whole = alias if isinstance(alias, str) else f"{prefix}{name}"
            yield Option(whole.lower(), group, item)


def _added(service: Service) -> Iterator[tuple[str, Class]]:
    """Yield the groups that modules of settings add, each with its name."""
    for each in service.subclasses("SettingsGroup"):
        match each.module.parts:
            case ("settings", *_, name) | (name, "settings", *_):
                yield name, each


def _below(root: Class, name: str) -> str:
    return f"{name}{_config(root, 'env_nested_delimiter') or '_'}"


def _models(service: Service) -> Mapping[str, Class]:
    return {each.name: each for each in service.subclasses("BaseModel")}


def _config(group: Class, key: str) -> str:
    for item in group.node.body:
        if "model_config" in assigned(item):
            for node in ast.walk(item):
                if isinstance(node, ast.keyword) and node.arg == key:
                    return str(literal(node.value) or "")
    return ""
