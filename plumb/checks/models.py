"""What tables keep of each thing, and how models are written (ORM)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.kinds import calls, rules, shipped
from plumb.roles import methods
from plumb.service import Class, Module, Service, assigned, last_name
from plumb.tables import Attribute, ancestors, columns, referred, table_name, uniques

MOST_MODELS = 3

_DATABASE = "tests/integration/test_database.py"
_TABLES = "tests/integration/test_tables.py"
_TIMES = (
    {"created_at", "created", "created_on"},
    {"updated_at", "updated", "modified_at"},
)
_DELETED = frozenset({"deleted_at", "is_deleted", "deleted"})
_SIZED = frozenset({"String", "Unicode", "VARCHAR", "CHAR", "AutoString"})
_UNSIZED = ("Text", "TEXT", "UnicodeText", "CITEXT", "Enum", "Uuid", "JSON", "JSONB")
_ZONED = frozenset({"DateTime", "TIMESTAMP", "Time"})
_PASSWORD = re.compile(
    r"(?!.*hash).*(password|passwd|pwd|passphrase)(?!.*(hash|_at$)).*"
)


def _in(where: Attribute | Class, message: str) -> Finding:
    owner = where.owner if isinstance(where, Attribute) else where
    line = getattr(where.node, "lineno", 0)
    return Finding(message, owner.module.path, line)


def own_columns(service: Service, model: Class) -> dict[str, Attribute]:
    """Return the columns of a model by their names, inherited ones included."""
    nodes = {id(each.node) for each in ancestors(service, model)}
    return {
        column.name: column
        for column in columns(service)
        if id(column.owner.node) in nodes
    }


def soft_deleted(service: Service, model: Class) -> bool:
    """Whether a row of the model says that it was deleted."""
    return bool(_DELETED & own_columns(service, model).keys())


def _is_part(service: Service, model: Class) -> bool:
    """Whether a row belongs to one of another table, as a line to its order."""
    return any(
        referred(column) and column.flag("primary_key")
        for column in own_columns(service, model).values()
    )


def _type_map(service: Service) -> dict[str, ast.expr]:
    """Return what all models make of a type of Python."""
    return {
        last_name(key): value
        for each in service.classes
        for item in each.node.body
        if "type_annotation_map" in assigned(item)
        for mapping in ast.walk(item)
        if isinstance(mapping, ast.Dict)
        for key, value in zip(mapping.keys, mapping.values, strict=True)
        if key is not None
    }


def _python_types(column: Attribute) -> set[str]:
    nodes = ast.walk(column.type) if column.type else ()
    return {
        last_name(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)
    }


@check("ast", "a row knows when it was made and changed")
def _timestamps(service: Service) -> Iterator[Finding]:
    for model in service.models:
        if not _is_part(service, model):
            for names in _TIMES:
                if not names & own_columns(service, model).keys():
                    wanted = min(names & {"created_at", "updated_at"})
                    yield _in(model, f"{model.name} has no {wanted}: inherit it")


@check("ast", "timestamps have a time zone")
def _zoned(service: Service) -> Iterator[Finding]:
    usual = _type_map(service).get("datetime")
    for column in columns(service):
        given = column.mentions(*_ZONED)
        if not given and "datetime" not in _python_types(column):
            continue
        kind: ast.AST | None = column.call if given else usual
        zoned = kind is not None and any(
            isinstance(node, ast.keyword)
            and node.arg == "timezone"
            and isinstance(node.value, ast.Constant)
            and node.value.value is True
            for node in ast.walk(kind)
        )
        if not zoned:
            yield _in(
                column, f"{column.name} has no time zone: DateTime(timezone=True)"
            )


def _plain_tables(service: Service) -> set[str]:
    """Return the names of tables without a model: what they hold is no thing."""
    return {
        name
        for module in service.modules
        for statement in module.tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and last_name(statement.value.func) == "Table"
        for name in assigned(statement)
    }


def _outlived(module: Module) -> set[str]:
    """Return the models whose rows may go when the time of their deletion is long ago."""
    return {
        last_name(column.value)
        for node in module.nodes
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE)
        for column in ast.walk(node.left)
        if isinstance(column, ast.Attribute) and column.attr == "deleted_at"
    }


@check("ast", "a deleted row stays, with the time of its deletion, and goes long after")
def _soft_deletion(service: Service) -> Iterator[Finding]:
    for model in service.models:
        if not _is_part(service, model) and not soft_deleted(service, model):
            yield _in(model, f"{model.name} has no deleted_at: inherit it")
    tables = _plain_tables(service)
    for module in service.repositories:
        for call in module.calls:
            if call.args and last_name(call.args[0]) in tables | _outlived(module):
                continue
            match call.func:
                case (
                    ast.Name(id="delete")
                    | ast.Attribute(
                        attr="delete", value=ast.Name(id="sa" | "sqlalchemy")
                    )
                ):
                    pass
                case ast.Attribute(attr="delete", value=of) if "session" in last_name(
                    of
                ):
                    pass
                case _:
                    continue
            yield Finding("deletes rows: set deleted_at", module.path, call.lineno)


@check("ast", "names of users are unique, and what is unique is so among live rows")
def _unique(service: Service) -> Iterator[Finding]:
    for model in service.models:
        unique = dict(uniques(model))
        for name, column in own_columns(service, model).items():
            if column.flag("unique"):
                unique.setdefault(name, False)
            if (
                name in {"email", "username", "user_name", "login"}
                and name not in unique
            ):
                yield _in(column, f"{name} is not unique: add a unique index")
        if soft_deleted(service, model):
            for name, partial in unique.items():
                if not partial:
                    yield _in(
                        model,
                        f"{name} of a deleted row stays taken: make its unique index"
                        " partial (postgresql_where deleted_at IS NULL)",
                    )


@check("ast", "texts have a length, or are `Text`")
def _sized(service: Service) -> Iterator[Finding]:
    for column in columns(service):
        if "str" not in _python_types(column) or referred(column):
            continue
        sized = column.call is not None and any(
            last_name(call.func) in _SIZED and (call.args or call.keywords)
            for call in calls(column.call)
        )
        if (
            not sized
            and not column.mentions(*_UNSIZED)
            and (column.mentions(*_SIZED) or "str" not in _type_map(service))
        ):
            yield _in(
                column, f"{column.name} may be of any length: String(200), or Text"
            )


@check("ast", "models can be printed")
def _printable(service: Service) -> Iterator[Finding]:
    for model in service.models:
        line = ancestors(service, model)
        named = {method.name for each in line for method in methods(each.node)}
        bases = {base for each in line for base in each.bases}
        if "__repr__" not in named and "MappedAsDataclass" not in bases:
            yield _in(model, f"{model.name} has no __repr__: write one in the base")


@check("ast", "of a password only the hash is stored")
def _hashed(service: Service) -> Iterator[Finding]:
    for column in columns(service):
        if _PASSWORD.fullmatch(column.name):
            yield _in(column, f"{column.name} holds a password: store password_hash")


@check(
    "ast", f"a file holds the model of one thing and its parts, {MOST_MODELS} at most"
)
def _one_thing(service: Service) -> Iterator[Finding]:
    for path in sorted({model.module.path for model in service.models}):
        together = [model for model in service.models if model.module.path == path]
        for model in together[MOST_MODELS:]:
            yield _in(model, f"{model.name} is one model too many here: move it")
        tables = {table_name(model): model.name for model in together}
        linked = {
            name
            for model in together
            for column in own_columns(service, model).values()
            if (other := tables.get(referred(column))) and other != model.name
            for name in (model.name, other)
        }
        for model in together[1:]:
            if model.name not in linked:
                yield _in(model, f"{model.name} is another thing: give it a file")


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "ORM-01": (
        _timestamps,
        shipped(
            f"{_DATABASE}::test_repository_updates_a_row_and_its_time",
            "a change is dated by the database",
        ),
    ),
    "ORM-02": (
        rules("DTZ001", "DTZ003", "DTZ005"),
        _zoned,
        shipped(
            f"{_TABLES}::test_timestamps_have_a_time_zone",
            "every column of times has a time zone",
        ),
    ),
    "ORM-03": (
        _soft_deletion,
        shipped(
            f"{_DATABASE}::test_repository_delete_keeps_the_row", "a deleted row stays"
        ),
    ),
    "ORM-04": (_unique,),
    "ORM-05": (
        _sized,
        shipped(
            f"{_TABLES}::test_strings_have_a_length",
            "every column of text has a length",
        ),
    ),
    "ORM-06": (
        _printable,
        shipped(
            f"{_DATABASE}::test_row_is_shown_by_its_key_alone",
            "a printed row shows its key, and no value",
        ),
    ),
    "ORM-07": (_hashed,),
    "ORM-08": (_one_thing,),
}
