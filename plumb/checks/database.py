"""Engines, sessions, transactions, and what the database itself keeps in order (DBE)."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, with_file
from plumb.checks.configuration import pool_sizes
from plumb.kinds import calls, rules, shipped, text
from plumb.options import find, literal, variables
from plumb.roles import Function, held, is_step, methods, reached
from plumb.service import Class, Module, Service, assigned, last_name
from plumb.signatures import names
from plumb.tables import (
    COLUMNS,
    Attribute,
    ancestors,
    columns,
    indexed,
    referred,
    relationships,
    table_name,
    uniques,
)

MOST_CONNECTIONS = 32
MOST_SECONDS = 3600

_TESTS = "tests/integration/test_database.py"
_TABLES = "tests/integration/test_tables.py"
_SETTINGS = "tests/unit/test_settings.py"
_ORDERS = "tests/integration/test_orders.py"
_ENGINES = frozenset({"create_async_engine", "async_engine_from_config"})
_DRIVERS = frozenset({"asyncpg", "psycopg", "psycopg-binary"})
_BLOCKING = frozenset({"pg8000", "psycopg2", "psycopg2-binary"})
_OTHER = _BLOCKING | {"aiomysql", "aiosqlite", "mysqlclient", "pymysql"}
_SESSIONS = frozenset({"AsyncSession", "Session"})
_LOADERS = frozenset({"joinedload", "selectinload", "subqueryload", "contains_eager"})
_AGGREGATES = frozenset({"array_agg", "json_agg", "jsonb_agg"})
_CONSTRAINTS = frozenset({"CheckConstraint", "ExcludeConstraint", "ForeignKey"})
_OWN_TYPES = frozenset({"CITEXT", "HSTORE", "INET", "JSONB", "TSTZRANGE", "TSVECTOR"})
_CONVENTIONS = frozenset({"ix", "uq", "ck", "fk", "pk"})
_WRITES = re.compile(r"_?(add|create|delete|insert|remove|save|store|update|upsert)\w*")
_STORES = re.compile(r"_?(\w*repo\w*|\w+s)")
_MANY = re.compile(r"_(all|many|batch|bulk)$|^bulk_")


def _in(module: Module, node: ast.AST, message: str) -> Finding:
    return Finding(message, module.path, getattr(node, "lineno", 0))


def _engines(service: Service) -> Iterator[tuple[Module, ast.Call]]:
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) in _ENGINES:
                yield module, call


@check("ast", "tables use types that only PostgreSQL has, such as JSONB")
def _own_types(service: Service) -> Iterator[Finding]:
    used = {
        last_name(node)
        for module in service.modules
        for call in module.calls
        if last_name(call.func) in COLUMNS
        for node in ast.walk(call)
        if isinstance(node, ast.Name | ast.Attribute)
    }
    if not _OWN_TYPES & used:
        yield Finding("no column is JSONB, TSVECTOR or another type of PostgreSQL's")


@check("ast", "the engine is asynchronous")
def _asynchronous(service: Service) -> Iterator[Finding]:
    if not any(_engines(service)):
        yield Finding("nothing calls create_async_engine")
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) in {"create_engine", "engine_from_config"}:
                yield _in(module, call, "makes a blocking engine: create_async_engine")


@check("text", "the database is PostgreSQL, in examples too")
def _postgresql(service: Service) -> Iterator[Finding]:
    if not (_DRIVERS | _BLOCKING) & service.requirements.keys():
        yield Finding("no driver of PostgreSQL is required", "pyproject.toml")
    for variable in variables(service):
        is_database = re.search(r"(DATABASE|DB|POSTGRES)_UR[IL]", variable.name)
        if is_database and not variable.value.startswith("postgres"):
            yield Finding(
                f"{variable.name} is no address of PostgreSQL",
                variable.path,
                variable.line,
            )


@check("ast", "sessions and connections are opened by a context manager")
def _sessions_in_context(service: Service) -> Iterator[Finding]:
    factories = {
        name
        for module in service.modules
        for node in module.nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if last_name(node.value.func) in {"async_sessionmaker", "sessionmaker"}
        for name in map(last_name, node.targets)
    }
    opened = 0
    for module in service.modules:
        closed = held(module)
        for call in module.calls:
            if last_name(call.func) in factories | _SESSIONS or _connects(call):
                opened += 1
                if id(call) not in closed:
                    said = f"{ast.unparse(call.func)} opens what nothing closes"
                    yield _in(module, call, f"{said}: use async with")
    if not opened:
        yield Finding(
            "nothing opens a session: async with async_sessionmaker(engine)()"
        )


def _keeps_none(call: ast.Call) -> bool:
    """Return whether an engine's pool keeps no connections, and so has no size."""
    return any(
        each.arg == "poolclass" and last_name(each.value) in {"NullPool", "StaticPool"}
        for each in call.keywords
    )


def _connects(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(attr="begin" | "connect", value=of):
            return "engine" in last_name(of)
        case _:
            return False


def _configured(*names: str) -> Check:
    @check("ast", f"the engine's {', '.join(names)} are chosen")
    def judge(service: Service) -> Iterator[Finding]:
        if not any(_engines(service)):
            yield Finding("nothing calls create_async_engine")
        for module, call in _engines(service):
            given = {each.arg for each in call.keywords}
            for name in names:
                # `**options` hides what is given.
                if not {name, None} & given and not _keeps_none(call):
                    yield _in(
                        module, call, f"leaves {name} to chance: take it from a setting"
                    )

    return judge


@check("ast", "connections are tested before use")
def _pre_ping(service: Service) -> Iterator[Finding]:
    for module, call in _engines(service):
        given = {each.arg: each.value for each in call.keywords}
        tested = literal(given.get("pool_pre_ping")) is True or any(
            map(_tests_connections, module.functions)
        )
        if not tested and not _keeps_none(call):
            yield _in(module, call, "hands out dead connections: pool_pre_ping=True")


def _tests_connections(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function listens for checkouts, and replaces what does not answer."""
    listens = any(
        isinstance(each, ast.Call)
        and last_name(each.func) == "listens_for"
        and "checkout" in map(literal, each.args)
        for each in function.decorator_list
    )
    asks = {"do_ping", "execute", "ping"} & {
        last_name(call.func) for call in calls(function)
    }
    refuses = any(
        isinstance(node, ast.Raise)
        and node.exc
        and last_name(node.exc) in {"DisconnectionError", "InvalidatePoolError"}
        for node in ast.walk(function)
    )
    return bool(listens and asks and refuses)


@check("ast", f"connections are replaced after {MOST_SECONDS} seconds")
def _recycled(service: Service) -> Iterator[Finding]:
    given = [
        (literal(keyword.value), _in(module, call, "keeps connections for too long"))
        for module, call in _engines(service)
        for keyword in call.keywords
        if keyword.arg == "pool_recycle"
    ]
    for option in find(service, "*pool_recycle*"):
        message = f"{option.name} is longer than {MOST_SECONDS} seconds"
        where = _in(option.group.module, option.node, message)
        given.append((literal(option.default), where))
    if not given:
        yield Finding(f"connections are never replaced: pool_recycle={MOST_SECONDS}")
    for seconds, finding in given:
        if isinstance(seconds, int) and not 0 < seconds <= MOST_SECONDS:
            yield finding


@check(
    "ast",
    f"a pool may not be set to more than {MOST_CONNECTIONS} connections, with those that"
    " it adds under load",
)
def _ceiling(service: Service) -> Iterator[Finding]:
    sizes = find(service, "*pool_size", "*max_overflow")
    if not sizes:
        yield Finding("the size of the pool is no setting, and has no ceiling")
    for option in sizes:
        limit = option.constraint("le")
        if not isinstance(limit, int) or limit > MOST_CONNECTIONS:
            message = f"{option.name} has no ceiling: Field(le={MOST_CONNECTIONS})"
            yield _in(option.group.module, option.node, message)
    for group in {id(each.group.node): each.group for each in sizes}.values():
        own = [each for each in sizes if each.group.node is group.node]
        most = [each.constraint("le") for each in own]
        together = sum(each for each in most if isinstance(each, int))
        if together > MOST_CONNECTIONS and not _limits_sum(
            group, {assigned(each.node)[0] for each in own}
        ):
            message = (
                f"{' and '.join(each.name for each in own)} may be more than"
                f" {MOST_CONNECTIONS} together: refuse that in a model_validator"
            )
            yield _in(group.module, group.node, message)


def _limits_sum(group: Class, fields: set[str]) -> bool:
    """Whether a validator of the whole group compares the sum of some fields."""
    known = {
        name: item.value
        for item in group.module.tree.body
        if isinstance(item, ast.Assign | ast.AnnAssign)
        for name in assigned(item)
    }
    for function in methods(group.node):
        if "model_validator" not in map(last_name, function.decorator_list):
            continue
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Compare)
                and fields <= names(node)
                and any(isinstance(part, ast.Add) for part in ast.walk(node))
            ):
                limits = [
                    literal(known.get(last_name(each), each))
                    for each in [node.left, *node.comparators]
                ]
                return all(
                    not isinstance(each, int) or each <= MOST_CONNECTIONS
                    for each in limits
                )
    return False


@check("ast", "routes and repositories leave the end of a transaction to the service")
def _services_commit(service: Service) -> Iterator[Finding]:
    for module in [*service.routers, *service.repositories]:
        if module in service.services:
            continue
        for call in module.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in {
                "commit",
                "rollback",
            }:
                yield _in(
                    module, call, f"calls {call.func.attr}: let the service do it"
                )


@check("ast", "a service commits what it changes, or all that call it do")
def _changes_are_committed(service: Service) -> Iterator[Finding]:
    for module in service.services:
        own = {f.name: f for node in module.classes for f in methods(node)}
        for function in module.functions:
            ends = {last_name(call.func) for call in reached(function, own)}
            if function.name[0] == "_" or "commit" in ends or _begins(function):
                continue
            if is_step(service, module, function.name):
                continue
            for node in ast.walk(function):
                match node:
                    case ast.Await(
                        value=ast.Call(
                            func=ast.Attribute(
                                attr=verb, value=ast.Attribute(attr=store)
                            )
                        )
                    ) if _WRITES.fullmatch(verb) and _STORES.fullmatch(store):
                        message = f"{function.name} calls {verb} and does not commit"
                        yield _in(module, node, message)


def _begins(function: Function) -> bool:
    """Whether a function is left with its transaction ended: `async with ...begin()`."""
    return any(
        isinstance(node, ast.With | ast.AsyncWith)
        and any(last_name(item.context_expr) == "begin" for item in node.items)
        for node in ast.walk(function)
    )


@check("ast", "models are typed: `DeclarativeBase`, `Mapped`, `mapped_column`")
def _typed_models(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) == "declarative_base":
                yield _in(module, call, "is the old way: derive from DeclarativeBase")
    typed = {
        id(each.node)
        for each in service.subclasses("DeclarativeBase", "DeclarativeBaseNoMeta")
    }
    for model in service.models:
        if id(model.node) not in typed:
            yield _in(model.module, model.node, f"{model.name} has no DeclarativeBase")
    for column in columns(service):
        if column.type is None and column.name[0] != "_":
            message = f"{column.name} has no type: annotate it as Mapped[...]"
            yield _in(column.owner.module, column.node, message)


@check(
    "ast",
    "a query says what it loads beside: `select(...).options(...)`, or an aggregate",
)
def _eager(service: Service) -> Iterator[Finding]:
    for attribute in relationships(service):
        if literal(attribute.argument("lazy")) in {"joined", "selectin", "subquery"}:
            message = (
                f"{attribute.name} is always loaded: say so in the query's options"
            )
            yield _in(attribute.owner.module, attribute.node, message)
    if not relationships(service):
        return
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) in _AGGREGATES:
                return
            if isinstance(call.func, ast.Attribute) and call.func.attr == "options":
                used = {
                    last_name(n)
                    for a in call.args
                    for n in ast.walk(a)
                    if isinstance(n, ast.expr)
                }
                if used & _LOADERS:
                    return
    yield Finding(
        "no query loads a relationship: select(...).options(selectinload(...))"
    )


@check("ast", "a relationship is never loaded by a mere access")
def _not_lazy(service: Service) -> Iterator[Finding]:
    for attribute in relationships(service):
        lazy = literal(attribute.argument("lazy"))
        if lazy in {None, "select", True, "immediate"}:
            message = f'{attribute.name} costs a query for each row: lazy="raise"'
            yield _in(attribute.owner.module, attribute.node, message)


@check("ast", "rows are not written one by one in a loop")
def _no_loops(service: Service) -> Iterator[Finding]:
    stores = {module.name for module in service.repositories}
    users = stores | {module.name for module in [*service.services, *service.routers]}
    for module in service.modules:
        awaited = set(_awaited(module))
        for loop in module.nodes:
            match loop:
                case ast.For(body=body) | ast.AsyncFor(body=body):
                    repeated: list[ast.AST] = [*body]
                case ast.ListComp(elt=each) | ast.GeneratorExp(elt=each):
                    repeated = [each]
                case _:
                    continue
            for call in (call for part in repeated for call in calls(part)):
                if _writes_to_session(call) or (
                    module.name in users
                    and id(call) in awaited
                    and _writes_to_store(call, inside=module.name in stores)
                ):
                    verb = last_name(call.func)
                    message = f"writes one row at a time by {verb}: use add_all, insert"
                    yield _in(module, call, message)


def _awaited(module: Module) -> Iterator[int]:
    """Yield the identity of what is awaited, alone, gathered or as a task."""
    for node in module.nodes:
        match node:
            case ast.Await(value=value):
                yield id(value)
            case ast.Call(func=func, args=args) if last_name(func) in {
                "create_task",
                "ensure_future",
                "gather",
            }:
                yield from (id(call) for each in args for call in calls(each))


def _writes_to_session(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(
            attr="add" | "insert" | "flush" | "commit" | "merge", value=of
        ):
            return bool(re.search(r"session|^_?db$|uow|unit_of_work", last_name(of)))
        case ast.Attribute(attr="execute"):
            return any(
                last_name(each.func).lstrip("_") == "insert"
                for given in call.args
                for each in calls(given)
            )
        case _:
            return False


def _writes_to_store(call: ast.Call, *, inside: bool) -> bool:
    """Whether a call writes by a repository, or within one by its own methods."""
    match call.func:
        case ast.Attribute(attr=verb, value=ast.Name(id="self")) if inside:
            pass
        case ast.Attribute(attr=verb, value=ast.Attribute(attr=of) | ast.Name(id=of)):
            if not _STORES.fullmatch(of):
                return False
        case _:
            return False
    return bool(_WRITES.fullmatch(verb)) and not _MANY.search(verb)


@check("ast", "no statement is put together from strings")
def _no_formatted_sql(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in module.calls:
            if last_name(call.func) in {"text", "execute", "exec_driver_sql"} and any(
                isinstance(each, ast.JoinedStr | ast.BinOp)
                or (isinstance(each, ast.Call) and last_name(each.func) == "format")
                for each in call.args[:1]
            ):
                yield _in(module, call, "puts values into SQL: bind them as parameters")


@check(
    "ast",
    "foreign keys have an index, and so have the columns that lists are sorted and"
    " filtered by, alone or within what a foreign key finds",
)
def _indexed(service: Service) -> Iterator[Finding]:
    known = indexed(service)
    below = indexed(service, below=True)
    for column in columns(service):
        if referred(column) and column.name not in known[column.owner.name]:
            message = f"{column.name} refers to {referred(column)} without an index"
            yield _in(column.owner.module, column.node, message)
    models = {model.name: model for model in service.models}
    of_models = {model.module.path for model in service.models}
    for module in service.modules:
        used = [("sorts", *each) for each in _sorted_by(module)]
        if module.path not in of_models:
            used += [("searches", *each) for each in _searched_by(module)]
        found = set(_found_by_a_key(service, module))
        for verb, model, attribute in used:
            if model in models and (verb, id(attribute)) not in found:
                parents = ancestors(service, models[model])
                fit = known if verb == "searches" else below
                if not any(attribute.attr in fit[each.name] for each in parents):
                    said = f"{verb} by {model}.{attribute.attr}, which has no index"
                    yield _in(module, attribute, said)


def _found_by_a_key(service: Service, module: Module) -> Iterator[tuple[str, int]]:
    """Yield what is searched by in a few rows only: a key has found them before.

    All conditions hold, since they are arguments of one `where` after another, or of
    `and_`. A constant of the module stands for its value.
    """
    keys = {
        (model.name, column.name)
        for model in service.models
        for each in ancestors(service, model)
        for column in columns(service)
        if column.owner.node is each.node
        and (referred(column) or column.flag("primary_key"))
    }
    constants = {
        name: item.value
        for item in module.tree.body
        if isinstance(item, ast.Assign)
        for name in assigned(item)
    }
    uses: dict[str, list[set[str]]] = {}
    for group in _together(module):
        named = [
            each.id
            for each in group
            if isinstance(each, ast.Name) and each.id in constants
        ]
        parts = [*group, *(constants[name] for name in named)]
        found = set(_found(parts, keys))
        for part in group:
            yield from _searches(part, found)
        for name in named:
            uses.setdefault(name, []).append(found)
    read = Counter(
        node.id
        for node in module.nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    for name, groups in uses.items():
        if read[name] == len(groups):
            yield from _searches(constants[name], set.intersection(*groups))


def _found(parts: list[ast.expr], keys: set[tuple[str, str]]) -> Iterator[str]:
    """Yield the models of which a key is known, or that of a row which is joined."""
    equal = [
        [dict(_of_model(side)) for side in (part.left, *part.comparators)]
        for part in parts
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq)
    ]
    known = {name for sides in equal if {} in sides for side in sides for name in side}
    for sides in equal:
        for one, other in (sides, sides[::-1]):
            for model, attribute in one.items():
                if (model, attribute.attr) in keys and (
                    not other or known & other.keys()
                ):
                    yield model


def _together(module: Module) -> Iterator[list[ast.expr]]:
    """Yield the conditions that hold together, once for each statement."""
    seen: set[int] = set()
    for call in module.calls:
        if last_name(call.func) not in {"and_", "where"} or id(call) in seen:
            continue
        group: list[ast.expr] = []
        link: ast.expr = call
        while isinstance(link, ast.Call):
            seen.add(id(link))
            if last_name(link.func) in {"and_", "filter", "join", "where"}:
                group += link.args
            link = (
                link.func.value if isinstance(link.func, ast.Attribute) else link.func
            )
        yield group


def _searches(part: ast.AST, models: set[str]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(part):
        if isinstance(node, ast.Attribute) and last_name(node.value) in models:
            yield "searches", id(node)


def _sorted_by(module: Module) -> Iterator[tuple[str, ast.Attribute]]:
    for call in module.calls:
        match call.func:
            case ast.Attribute(attr="asc" | "desc", value=found):
                yield from _of_model(found)
            case ast.Attribute(attr="order_by"):
                for each in call.args:
                    yield from _of_model(each)


def _searched_by(module: Module) -> Iterator[tuple[str, ast.Attribute]]:
    for node in module.nodes:
        match node:
            case ast.Compare(left=left, ops=ops, comparators=right) if not any(
                isinstance(each, ast.NotEq) for each in ops
            ):
                for side in (left, *right):
                    yield from _of_model(side)
            case ast.Call(func=ast.Attribute(attr="in_" | "between", value=found)):
                yield from _of_model(found)


def _of_model(node: ast.expr) -> Iterator[tuple[str, ast.Attribute]]:
    match node:
        case ast.Attribute(value=ast.Name(id=model)):
            yield model, node


@check("ast", "constraints are named by a convention, so that errors can be told apart")
def _named(service: Service) -> Iterator[Finding]:
    if not service.models:
        return
    for module in service.modules:
        for node in module.nodes:
            if isinstance(node, ast.keyword) and node.arg == "naming_convention":
                said = {literal(each) for each in ast.walk(node.value)}
                if said >= _CONVENTIONS:
                    return
    yield Finding("MetaData has no naming_convention for ix, uq, ck, fk and pk")


@check("ast", "each table says what is unique, what is allowed, or what must exist")
def _constrained(service: Service) -> Iterator[Finding]:
    for model in service.models:
        own = {id(each.node) for each in ancestors(service, model)}
        told = any(
            any(True for _ in uniques(each))
            or _CONSTRAINTS & {last_name(call.func) for call in calls(each.node)}
            for each in ancestors(service, model)
        ) or any(c.flag("unique") for c in columns(service) if id(c.owner.node) in own)
        if not told:
            message = (
                f"{model.name} lets any row in: add UniqueConstraint, CheckConstraint"
            )
            yield _in(model.module, model.node, message)


@check("toml", "asyncpg or psycopg 3 is the driver")
def _driver(service: Service) -> Iterator[Finding]:
    if not _DRIVERS & service.requirements.keys():
        yield Finding("neither asyncpg nor psycopg is required", "pyproject.toml")
    for name in sorted(_OTHER & service.requirements.keys()):
        yield Finding(f"{name} is another driver: use asyncpg", "pyproject.toml")


@check(
    "ast",
    "a foreign key has its relationship, without `backref`, where it is followed: inside"
    " of one thing, and by whatever joins two",
)
def _explicit(service: Service) -> Iterator[Finding]:
    for attribute in relationships(service):
        if attribute.argument("backref") is not None:
            message = (
                f"{attribute.name} makes a relationship elsewhere: use back_populates"
            )
            yield _in(attribute.owner.module, attribute.node, message)
    tables = {table_name(model): model for model in service.models}
    for column in columns(service):
        other = tables.get(referred(column))
        if (
            other
            and _followed(service, column, other)
            and not _related(service, column.owner, other)
            and not _related(service, other, column.owner)
        ):
            message = f"no relationship leads from or to {other.name}: add one"
            yield _in(column.owner.module, column.node, message)


def _followed(service: Service, column: Attribute, other: Class) -> bool:
    """Whether anything goes from one table to the other.

    They are parts of one thing, or a statement joins them. An id of another thing is
    enough for all else: things of different modules know no more of each other.
    """
    return column.owner.module is other.module or any(
        {(column.owner.name, column.name), (other.name, "id")}
        <= {
            (model, attribute.attr)
            for side in (node.left, *node.comparators)
            for model, attribute in _of_model(side)
        }
        for module in service.modules
        for node in module.nodes
        if isinstance(node, ast.Compare)
    )


def _related(service: Service, one: Class, other: Class) -> bool:
    for attribute in relationships(service):
        if attribute.owner.node is one.node:
            target = attribute.call.args[:1] if attribute.call else []
            for part in filter(None, (attribute.type, *target)):
                if re.search(rf"\b{other.name}\b", ast.unparse(part)):
                    return True
    return False


_rolled_back = shipped(
    f"{_TESTS}::test_unit_of_work_that_fails_leaves_nothing",
    "what fails leaves nothing in the database",
)
_commit_first = shipped(
    f"{_TESTS}::test_request_whose_commit_fails_is_no_success",
    "a commit that fails is an error for the client",
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "DBE-01": (_asynchronous,),
    "DBE-02": (_postgresql,),
    "DBE-03": (_sessions_in_context,),
    "DBE-04": (
        _configured("pool_size", "max_overflow"),
        shipped(
            f"{_TESTS}::test_pool_is_what_the_settings_say",
            "the settings make the pool: size, overflow, age, test before use",
        ),
    ),
    "DBE-05": (pool_sizes,),
    "DBE-06": (_pre_ping,),
    "DBE-07": (_recycled,),
    "DBE-08": (
        _ceiling,
        text("README.md", lambda page: "PgBouncer" in page, "names PgBouncer"),
    ),
    "DBE-09": (_rolled_back, _commit_first),
    "DBE-10": (_services_commit, _changes_are_committed),
    "DBE-11": (_typed_models,),
    "DBE-12": (_eager,),
    "DBE-13": (
        _not_lazy,
        shipped(
            f"{_ORDERS}::test_list_orders_asks_as_often_for_many_as_for_one",
            "a list costs as many queries for many rows as for one",
        ).when(with_file(_ORDERS)),
    ),
    "DBE-14": (
        _no_loops,
        shipped(
            f"{_TESTS}::test_repository_inserts_many_with_one_statement",
            "many rows are inserted by one statement",
        ),
    ),
    "DBE-15": (rules("S608"), _no_formatted_sql),
    "DBE-16": (
        _indexed,
        shipped(
            f"{_TABLES}::test_foreign_keys_have_an_index",
            "each foreign key is the beginning of an index",
        ),
    ),
    "DBE-17": (
        _named,
        _constrained,
        shipped(
            f"{_TABLES}::test_constraints_have_names", "each constraint has a name"
        ),
    ),
    "DBE-18": (
        text("README.md", lambda page: "EXPLAIN" in page, "says when to use EXPLAIN"),
        shipped(
            f"{_TESTS}::test_slow_statement_is_a_warning",
            "a statement that takes too long is logged as a warning",
        ),
    ),
    "DBE-19": (_own_types,),
    "DBE-20": (
        shipped(
            f"{_SETTINGS}::test_production_refuses_a_database_without_tls",
            "production does not start with an open connection to its database",
        ),
    ),
    "DBE-21": (_driver,),
    "DBE-24": (
        shipped(
            f"{_TESTS}::test_statement_is_logged_without_its_parameters",
            "statements are logged at DEBUG, without the values in them",
        ),
    ),
    "DBE-25": (_explicit,),
}
