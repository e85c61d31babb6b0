"""The tables of a service, told from the classes that map them."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plumb.service import Class, Service, assigned, last_name

COLUMNS = frozenset({"mapped_column", "Column"})


@dataclass(frozen=True)
class Attribute:
    """A column or a relationship, of a model or of what models inherit.

    Attributes:
        name: of the attribute.
        owner: the class that declares it.
        node: its declaration.
        type: what is inside `Mapped[...]`, if it is annotated so.
        call: `mapped_column(...)`, `Column(...)` or `relationship(...)`, if there is one.
    """

    name: str
    owner: Class
    node: ast.stmt
    type: ast.expr | None
    call: ast.Call | None

    @property
    def is_column(self) -> bool:
        """Whether it is a column."""
        return self.call is None or last_name(self.call.func) in COLUMNS

    def argument(self, name: str) -> ast.expr | None:
        """Return a keyword argument of its call."""
        keywords = self.call.keywords if self.call else []
        return next((each.value for each in keywords if each.arg == name), None)

    def flag(self, *names: str) -> bool:
        """Whether one of the keyword arguments is `True`."""
        return any(
            isinstance(value := self.argument(name), ast.Constant)
            and value.value is True
            for name in names
        )

    def mentions(self, *names: str) -> list[ast.expr]:
        """Return the uses of some names in its call and its type."""
        found: list[ast.expr] = []
        for part in filter(None, (self.type, self.call)):
            found += [
                node
                for node in ast.walk(part)
                if isinstance(node, ast.Name | ast.Attribute)
                and last_name(node) in names
            ]
        return found


def attributes(service: Service) -> list[Attribute]:
    """Return the columns and relationships of all models and of their bases."""
    return [
        found
        for each in service.classes
        for item in each.node.body
        if (found := _attribute(each, item))
    ]


def columns(service: Service) -> list[Attribute]:
    """Return the columns of all models and of their bases."""
    return [each for each in attributes(service) if each.is_column]


def relationships(service: Service) -> list[Attribute]:
    """Return the relationships of all models."""
    return [each for each in attributes(service) if not each.is_column]


def referred(column: Attribute) -> str:
    """Return the table that a column refers to, empty if it refers to none."""
    for node in ast.walk(column.call) if column.call else ():
        match node:
            case ast.Call(func=func, args=[ast.Constant(value=str(target)), *_]) if (
                last_name(func) == "ForeignKey"
            ):
                return target.rpartition(".")[0]
    return ""


def table_name(model: Class) -> str:
    """Return the name of a model's table, empty if it is computed."""
    for item in model.node.body:
        if "__tablename__" in assigned(item):
            value = getattr(item, "value", None)
            return str(value.value) if isinstance(value, ast.Constant) else ""
    return ""


def indexed(service: Service, *, below: bool = False) -> Mapping[str, frozenset[str]]:
    """Return, by class, the columns that an index or a key begins with.

    Args:
        service: it.
        below: whether those count, too, that come next after a foreign key: in such an
            order lies what belongs to one thing.
    """
    found: dict[str, set[str]] = {}
    for each in service.classes:
        own = [known for known in columns(service) if known.owner.node is each.node]
        # A key of several columns only helps to find the first of them.
        keys = [column.name for column in own if column.flag("primary_key")][:1]
        flagged = {column.name for column in own if column.flag("index", "unique")}
        found[each.name] = flagged.union(keys)
        for call in _table_arguments(each):
            arguments = call.args[1:] if last_name(call.func) == "Index" else call.args
            names = list(map(_column_name, arguments))
            foreign = {column.name for column in own if referred(column)}
            found[each.name].update(names[:1])
            if below and names and names[0] in foreign:
                found[each.name].update(names[1:2])
    return {name: frozenset(names) for name, names in found.items()}


def uniques(model: Class) -> Iterator[tuple[str, bool]]:
    """Yield the columns that a constraint or an index of the table keeps unique.

    Each comes with whether only some of the rows count.
    """
    for call in _table_arguments(model):
        keywords = {each.arg for each in call.keywords}
        is_index = last_name(call.func) == "Index"
        arguments = call.args[1:] if is_index else call.args
        if len(arguments) == 1 and (not is_index or "unique" in keywords):
            partial = any(str(each).endswith("_where") for each in keywords)
            yield _column_name(arguments[0]), partial


def ancestors(service: Service, each: Class) -> list[Class]:
    """Return a class and the classes of the service that it descends from."""
    by_name = {known.name: known for known in service.classes}
    found = {each.name: each}
    waiting = [each]
    while waiting:
        for name in waiting.pop().bases:
            if name in by_name and name not in found:
                found[name] = by_name[name]
                waiting.append(by_name[name])
    return list(found.values())


def _attribute(owner: Class, item: ast.stmt) -> Attribute | None:
    name = next(iter(assigned(item)), "")
    value = getattr(item, "value", None)
    call = value if isinstance(value, ast.Call) else None
    if call and last_name(call.func) not in COLUMNS | {"relationship"}:
        call = None
    annotation = getattr(item, "annotation", None)
    mapped = (
        annotation.slice
        if isinstance(annotation, ast.Subscript) and last_name(annotation) == "Mapped"
        else None
    )
    if not name or (call is None and mapped is None):
        return None
    return Attribute(name, owner, item, mapped, call)


def _table_arguments(model: Class) -> Iterator[ast.Call]:
    wanted = {"Index", "UniqueConstraint", "PrimaryKeyConstraint"}
    for item in model.node.body:
        if "__table_args__" in assigned(item):
            for node in ast.walk(item):
                if isinstance(node, ast.Call) and last_name(node.func) in wanted:
                    yield node


def _column_name(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else last_name(node)
