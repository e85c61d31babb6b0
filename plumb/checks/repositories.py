"""Where rows are read and written, and what comes out (REP)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.models import own_columns, soft_deleted
from plumb.imports import contracted
from plumb.kinds import calls, shipped
from plumb.roles import base_repositories, generic, methods
from plumb.service import Class, Module, Service, last_name
from plumb.tables import ancestors

_TESTS = "tests/integration/test_database.py"
_SQL = frozenset({"select", "insert", "update", "delete"})
_FOREIGN = frozenset(
    {
        "aiohttp",
        "aiosmtplib",
        "boto3",
        "celery",
        "fastapi",
        "httpx",
        "jinja2",
        "requests",
    }
    | {"smtplib", "starlette"}
)
_USES = frozenset(
    {
        "add",
        "delete",
        "execute",
        "flush",
        "get",
        "insert",
        "merge",
        "refresh",
        "scalar",
        "scalars",
    }
)
_DATABASES = re.compile(r"session|^_?db$|uow|unit_of_work|conn(ection)?$")
_OFFERS = {
    "a look-up by id": r"get(_by_id|_one)?|(find_)?by_id|find_one",
    "a creation": r"add|create|insert|save",
    "a list": r"all|(list|find|page|search|paginate)\w*",
}


def _classes(service: Service) -> list[Class]:
    return [
        each
        for each in service.classes
        if each.name.endswith(("Repository", "Repo")) and "Protocol" not in each.bases
    ]


def _own(service: Service) -> list[Class]:
    """Return the repositories that are no bases of others."""
    return [each for each in _classes(service) if not generic(each.node)]


def _modules(service: Service) -> list[Module]:
    found = [*service.repositories, *(each.module for each in _classes(service))]
    return list({module.path: module for module in found}.values())


def _in(each: Class, node: ast.AST, message: str) -> Finding:
    return Finding(message, each.module.path, getattr(node, "lineno", 0))


def _model(service: Service, repository: Class) -> str:
    """Return the name of the model that a repository's base is told, or its own."""
    models = {model.name for model in service.models}
    for base in repository.node.bases:
        for node in ast.walk(base):
            if isinstance(node, ast.Name) and node.id in models:
                return node.id
    used = [
        node.id
        for node in ast.walk(repository.node)
        if isinstance(node, ast.Name) and node.id in models
    ]
    return used[0] if used else ""


@check("ast", "statements are written in repositories alone")
def _sql_in_repositories(service: Service) -> Iterator[Finding]:
    own = _modules(service)
    for module in service.modules:
        for name, line in module.imports:
            library, _, what = name.partition(".")
            is_sql = library in {"sqlalchemy", "sqlmodel"} and (
                what.rpartition(".")[2] in _SQL
            )
            if is_sql and module not in own:
                said = f"writes SQL ({name}): ask a repository"
                yield Finding(said, module.path, line)


@check("ast", "repositories know nothing but the database")
def _data_alone(service: Service) -> Iterator[Finding]:
    above = {module.name for module in [*service.services, *service.routers]}
    for module in _modules(service):
        for name, line in module.imports:
            if name.partition(".")[0] in _FOREIGN or (
                {name, name.rpartition(".")[0]} & (above - {module.name})
            ):
                yield Finding(
                    f"imports {name}: what else is done belongs into a service",
                    module.path,
                    line,
                )


@check("ast", "methods that use the database are asynchronous")
def _asynchronous(service: Service) -> Iterator[Finding]:
    for each in _classes(service):
        for method in methods(each.node):
            if isinstance(method, ast.AsyncFunctionDef):
                continue
            for call in calls(method):
                match call.func:
                    case ast.Attribute(attr=verb, value=of) if (
                        verb in _USES and _DATABASES.search(last_name(of))
                    ):
                        yield _in(each, method, f"{method.name} is not async")


@check("ast", "repositories descend from one generic base")
def _generic_base(service: Service) -> Iterator[Finding]:
    bases = {id(each.node) for each in base_repositories(service)}
    if not bases and (service.models or _classes(service)):
        yield Finding("there is no generic base: class BaseRepository[ModelT, EntityT]")
    for each in _own(service):
        if bases and not bases & {id(a.node) for a in ancestors(service, each)}:
            yield _in(each, each.node, f"{each.name} does not use the generic base")


@check("ast", "each repository has a model and a file of its own")
def _one_each(service: Service) -> Iterator[Finding]:
    by_model: dict[str, Class] = {}
    by_file: dict[str, Class] = {}
    for each in _own(service):
        model = _model(service, each)
        first = by_model.setdefault(model, each)
        if model and first is not each:
            yield _in(each, each.node, f"{first.name} is for {model} already")
        first = by_file.setdefault(each.module.path, each)
        if first is not each:
            yield _in(each, each.node, f"{each.name} shares a file with {first.name}")


@check("ast", "public methods return entities, never rows")
def _entities(service: Service) -> Iterator[Finding]:
    models = {model.name for model in service.models}
    for each in _classes(service):
        typed = {
            parameter.name
            for parameter in each.node.type_params
            if isinstance(parameter, ast.TypeVar) and "Model" in parameter.name
        }
        # What could be anything could be a row.
        rows = models | typed | {"Any", "object"}
        for method in methods(each.node):
            if method.name[0] == "_":
                continue
            if method.returns is None:
                yield _in(each, method, f"{method.name} does not say what it returns")
                continue
            said = set(re.findall(r"\w+", ast.unparse(method.returns)))
            for name in sorted(rows & said):
                yield _in(
                    each, method, f"{method.name} returns {name}: return an entity"
                )


@check("ast", "every query leaves out deleted rows")
def _live_rows(service: Service) -> Iterator[Finding]:
    if not any(soft_deleted(service, each) for each in service.classes):
        return
    functions = [f for module in _modules(service) for f in module.functions]
    filters = {f.name for f in functions if "delete" in _names(f)}
    for module in _modules(service):
        for function in module.functions:
            called = {last_name(call.func) for call in calls(function)}
            if "select" in called and not (
                function.name in filters or called & filters
            ):
                yield Finding(
                    f"{function.name} finds deleted rows, too: add deleted_at IS NULL",
                    module.path,
                    function.lineno,
                )


def _names(node: ast.AST) -> set[str]:
    """Return `delete` if a node says what was deleted, by any of the usual names."""
    used = {last_name(n) for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return {"delete"} if used & {"deleted_at", "is_deleted", "deleted"} else set()


@check("ast", "repositories look up by id, create, and list with the total")
def _usual_methods(service: Service) -> Iterator[Finding]:
    for each in _classes(service):
        line = ancestors(service, each)
        names = {m.name.lstrip("_") for one in line for m in methods(one.node)}
        for what, pattern in _OFFERS.items():
            if not any(re.fullmatch(pattern, name) for name in names):
                yield _in(each, each.node, f"{each.name} lacks {what}")
        asked = {last_name(call.func) for one in line for call in calls(one.node)}
        for done, why in (
            # A statement that is executed needs no flush.
            ("flush" in asked or {"insert", "execute"} <= asked, "create with a flush"),
            ("count" in asked, "tell the total"),
        ):
            if not done:
                yield _in(each, each.node, f"{each.name} does not {why}")
        for model in service.models:
            if model.name == _model(service, each) and (
                "email" in own_columns(service, model)
                and not any("email" in name for name in names)
            ):
                yield _in(each, each.node, f"{each.name} lacks get_by_email")


@check("ast", "repositories flush, and leave the commit to others")
def _no_commit(service: Service) -> Iterator[Finding]:
    for each in _classes(service):
        for call in calls(each.node):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
                yield _in(
                    each, call, f"{each.name} commits: call flush, and let the service"
                )


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "REP-01": (
        _sql_in_repositories,
        contracted("Services know neither HTTP nor SQL", "services write no SQL"),
    ),
    "REP-02": (_data_alone,),
    "REP-03": (_asynchronous,),
    "REP-04": (_generic_base,),
    "REP-05": (_one_each,),
    "REP-06": (
        _entities,
        shipped(
            f"{_TESTS}::test_repository_returns_entities_not_rows",
            "what comes out is an entity",
        ),
    ),
    "REP-08": (
        _live_rows,
        shipped(
            f"{_TESTS}::test_repository_takes_a_deleted_row_for_gone",
            "no method of the base knows a deleted row",
        ),
    ),
    "REP-09": (
        _usual_methods,
        shipped(
            f"{_TESTS}::test_repository_pages_in_order",
            "a page comes with the total of all rows",
        ),
    ),
    "REP-10": (_no_commit,),
    "REP-11": (
        shipped(
            f"{_TESTS}::test_unit_of_work_joins_repositories",
            "repositories of one unit of work share its transaction",
        ),
    ),
}
