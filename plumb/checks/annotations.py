"""Types, and what checks them (TYP)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, depends_on
from plumb.commands import ci_runs, everywhere
from plumb.kinds import includes, rules, shipped, toml
from plumb.roles import (
    Function,
    arguments,
    base_repositories,
    generic,
    methods,
)
from plumb.service import Class, Module, Service, assigned, last_name, table

# These say how a value is held, not what it is.
_WRAPPERS = frozenset({"Annotated", "ClassVar", "Final", "Mapped"})
_DEEPEST = 3
_STRICT = frozenset(
    {"check_untyped_defs", "disallow_any_generics", "disallow_incomplete_defs"}
    | {"disallow_subclassing_any", "disallow_untyped_calls", "disallow_untyped_defs"}
    | {"disallow_untyped_decorators", "no_implicit_reexport", "strict_equality"}
    | {"warn_redundant_casts", "warn_return_any", "warn_unused_ignores"}
)


@check("ast", "classes annotate the attributes that they introduce")
def _annotated_attributes(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        known = _known_attributes(service, each)
        for item in each.node.body if known is not None else ():
            if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
                name = item.targets[0].id
                if not name.startswith("__") and name not in (known or ()):
                    said = f"{each.name}.{name} has no annotation"
                    yield Finding(said, each.module.path, item.lineno)


def _known_attributes(service: Service, each: Class) -> set[str] | None:
    """Return what the bases of a class annotate, `None` if one is not the service's.

    What derives from a library's class may only give an attribute its value.
    """
    known: set[str] = set()
    for base in set(each.bases) - {"ABC", "Exception", "Protocol", "Generic", "object"}:
        own = [other for other in service.classes if other.name == base != each.name]
        for other in own:
            above = _known_attributes(service, other)
            own = own if above is not None else []
            known.update(above or ())
            for item in other.node.body:
                known.update(assigned(item) if isinstance(item, ast.AnnAssign) else ())
        if not own:
            return None
    return known


@check("toml", "mypy is strict in each respect, about the package and its tests")
def _strict(service: Service) -> Iterator[Finding]:
    settings = table(service.manifest, "tool", "mypy")
    if settings.get("strict") is not True:
        yield Finding("tool.mypy.strict is not true", "pyproject.toml")
    for part in (settings, *settings.get("overrides", ())):
        for key in sorted(_STRICT & {key for key, on in part.items() if on is False}):
            yield Finding(f"{key} is off, which strict switches on", "pyproject.toml")
    files = settings.get("files")
    listed = files.split(",") if isinstance(files, str) else files or []
    source = service.source.relative_to(service.root).as_posix()
    for wanted in (source, "tests"):
        covering = {wanted, wanted.partition("/")[0], "."}
        if listed and not covering & {each.strip().rstrip("/") for each in listed}:
            yield Finding(f"tool.mypy.files leaves out {wanted}", "pyproject.toml")


@check("toml", "what mypy lets pass is limited to packages without types")
def _few_exceptions(service: Service) -> Iterator[Finding]:
    settings = table(service.manifest, "tool", "mypy")
    lax = ("ignore_missing_imports", "ignore_errors", "follow_imports")
    for key in lax:
        if settings.get(key):
            yield Finding(f"tool.mypy.{key} holds for all modules", "pyproject.toml")
    excluded = settings.get("exclude", [])
    for path in [excluded] if isinstance(excluded, str) else excluded:
        if not any(part in path for part in ("migrations", "alembic", "scripts")):
            yield Finding(f"tool.mypy.exclude leaves out {path}", "pyproject.toml")
    for override in settings.get("overrides", ()):
        named = override.get("module", ())
        for module in [named] if isinstance(named, str) else named:
            own = module.partition(".")[0] in {service.package, "src", "*"}
            if override.get("ignore_errors") or (own and set(lax) & override.keys()):
                said = f"mypy does not look into {module}"
                yield Finding(said, "pyproject.toml")


@check("yaml", "a hook checks types before each commit")
def _types_at_commit(service: Service) -> Iterator[Finding]:
    hooks = [each for each in everywhere(service) if "pre-commit" in each.path]
    if not any("mypy" in each.line or "pyright" in each.line for each in hooks):
        yield Finding("no hook runs mypy", ".pre-commit-config.yaml")


@check("ast", "an interface is a `Protocol`, not an abstract class")
def _structural_interfaces(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        functions = methods(each.node)
        abstract = any(
            last_name(decorator) == "abstractmethod"
            for function in functions
            for decorator in function.decorator_list
        )
        empty = functions and all(map(_empty, functions))
        if "Protocol" not in each.bases and (abstract or empty):
            said = f"{each.name} only says what others do; make it a Protocol"
            yield Finding(said, each.module.path, each.node.lineno)


def _empty(function: Function) -> bool:
    """Whether a method does nothing: `...`, `pass`, or no more than refuse."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:] or body[:1]
    match body:
        case [ast.Pass()] | [ast.Expr(value=ast.Constant())]:
            return function.name != "__init__"
        case [ast.Raise(exc=error)]:
            return error is not None and last_name(error) == "NotImplementedError"
        case _:
            return False


@check("ast", "the base of repositories and the page of a list are generic")
def _generic_bases(service: Service) -> Iterator[Finding]:
    if not base_repositories(service):
        yield Finding("there is no generic base of repositories")
    pages = [each for each in service.schemas if each.name.endswith("Page")]
    for each in pages:
        if not generic(each.node):
            said = f"{each.name} is for one kind of item; give it a type parameter"
            yield Finding(said, each.module.path, each.node.lineno)
    if not pages:
        yield Finding("there is no generic page of a list, such as Page[Item]")


@check("ast", "the generic base has a lookup that raises, rather than return `None`")
def _lookups_raise(service: Service) -> Iterator[Finding]:
    for each in base_repositories(service):
        lookups = [
            function
            for function in methods(each.node)
            if function.name.startswith("get") and function.returns
        ]
        if not any("None" not in ast.unparse(f.returns or f) for f in lookups):
            said = f"{each.name} has no get() that raises where nothing is found"
            yield Finding(said, each.module.path, each.node.lineno)


@check("ast", "a decorator keeps the parameters of what it wraps, by a `ParamSpec`")
def _typed_decorators(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for function in module.functions:
            inner = {
                node.name
                for node in function.body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.args.vararg
                and node.args.kwarg
            }
            wraps = any(
                isinstance(node, ast.Return)
                and isinstance(node.value, ast.Name)
                and node.value.id in inner
                for node in function.body
            )
            if wraps and not _has_parameters(module, function):
                said = f"{function.name} forgets the parameters; write [**P, R]"
                yield Finding(said, module.path, function.lineno)


def _has_parameters(module: Module, function: Function) -> bool:
    return any(isinstance(each, ast.ParamSpec) for each in function.type_params) or any(
        isinstance(node, ast.Call) and last_name(node.func) == "ParamSpec"
        for node in module.nodes
    )


@check("ast", "a text that is compared with a few others is a `Literal` or an `Enum`")
def _closed_sets(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for scope in (*module.functions, *module.classes):
            texts = _text_names(scope)
            compared: dict[str, set[str]] = {}
            for node in ast.walk(scope):
                if isinstance(node, ast.Compare) and last_name(node.left) in texts:
                    found = _constants(node)
                    compared.setdefault(last_name(node.left), set()).update(found)
            for name, values in compared.items():
                if len(values) > 1:
                    said = f"{name} is one of {', '.join(sorted(values))}; say so"
                    yield Finding(f"{said} in a Literal", module.path, scope.lineno)


def _text_names(scope: Function | ast.ClassDef) -> set[str]:
    if isinstance(scope, ast.ClassDef):
        fields = [each for each in scope.body if isinstance(each, ast.AnnAssign)]
        return {
            last_name(each.target)
            for each in fields
            if isinstance(each.annotation, ast.Name) and each.annotation.id == "str"
        }
    return {
        each.arg
        for each in arguments(scope)
        if isinstance(each.annotation, ast.Name) and each.annotation.id == "str"
    }


def _constants(node: ast.Compare) -> set[str]:
    return {
        each.value
        for side in node.comparators
        for each in (
            side.elts if isinstance(side, ast.Set | ast.List | ast.Tuple) else [side]
        )
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value
    }


@check("ast", f"a type of more than {_DEEPEST} levels has a name of its own")
def _named_types(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.nodes:
            match node:
                case ast.arg(annotation=ast.expr() as annotation):
                    pass
                case ast.AnnAssign(annotation=annotation):
                    pass
                case ast.FunctionDef(returns=ast.expr() as annotation):
                    pass
                case ast.AsyncFunctionDef(returns=ast.expr() as annotation):
                    pass
                case _:
                    continue
            if (levels := _levels(annotation)) > _DEEPEST:
                said = f"a type of {levels} levels; name it with `type Name = ...`"
                yield Finding(said, module.path, annotation.lineno)


def _levels(node: ast.expr) -> int:
    below = [_levels(e) for e in ast.iter_child_nodes(node) if isinstance(e, ast.expr)]
    deepest = max(below, default=0)
    counts = isinstance(node, ast.Subscript) and last_name(node) not in _WRAPPERS
    return deepest + 1 if counts else deepest


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "TYP-01": (
        rules("ANN001", "ANN002", "ANN003", "ANN201", "ANN202", "ANN204", "ANN206"),
        _strict,
        _annotated_attributes,
    ),
    "TYP-02": (
        _strict,
        ci_runs(r"\bmypy\b", "runs mypy"),
    ),
    "TYP-04": (ci_runs(r"\b(mypy|pyright)\b", "checks types"), _types_at_commit),
    "TYP-05": (
        toml(
            "tool.mypy.plugins", includes("pydantic.mypy"), "holds pydantic.mypy"
        ).when(depends_on("pydantic", "fastapi")),
    ),
    "TYP-06": (_few_exceptions,),
    "TYP-07": (_structural_interfaces,),
    "TYP-08": (_generic_bases,),
    "TYP-09": (_typed_decorators,),
    "TYP-10": (
        _lookups_raise,
        shipped(
            "tests/integration/test_database.py"
            "::test_repository_without_the_row_says_not_found",
            "looking up what is not there raises an error, in the generic base",
        ),
    ),
    "TYP-11": (rules("RUF013", "UP045"),),
    "TYP-12": (rules("UP007"),),
    "TYP-13": (_closed_sets,),
    "TYP-14": (rules("ANN401"), _strict),
    "TYP-15": (_named_types,),
}
