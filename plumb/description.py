"""What a description of an API (OpenAPI) says, with its references followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plumb.kinds import operations

type Document = Mapping[str, Any]
type Part = Mapping[str, Any]

_ITEMS = ("data", "items", "results")
_OPERATIONAL = frozenset(
    {"", "docs", "health", "healthz", "live", "livez", "metrics", "openapi.json"}
    | {"ping", "ready", "readyz", "redoc", "status", "version"}
)
# FastAPI's own, which nobody writes.
_FOREIGN = frozenset({"HTTPValidationError", "ValidationError"})


@dataclass(frozen=True)
class Operation:
    """A method of an address.

    Attributes:
        document: the whole description.
        address: the path, with its variables in braces.
        method: in lower case.
        part: what is said of it.
    """

    document: Document
    address: str
    method: str
    part: Part

    def __str__(self) -> str:
        """Return it as a request's first line begins."""
        return f"{self.method.upper()} {self.address}"

    @property
    def segments(self) -> list[str]:
        """The segments of the address below the version."""
        parts = self.address.strip("/").split("/")
        return [part for part in parts if not _is_prefix(part)]

    @property
    def operational(self) -> bool:
        """Whether it serves those who run the service, not its clients."""
        return (self.segments or [""])[0] in _OPERATIONAL

    @cached_property
    def parameters(self) -> list[Part]:
        """Its parameters, those of the address included."""
        shared = self.document["paths"][self.address].get("parameters", [])
        found = [
            resolved(self.document, each)
            for each in [*shared, *self.part.get("parameters", [])]
        ]
        return [each for each in found if {"in", "name"} <= each.keys()]

    @property
    def queries(self) -> Mapping[str, Part]:
        """Its query parameters by name."""
        return {each["name"]: each for each in self.parameters if each["in"] == "query"}

    @property
    def body(self) -> Part | None:
        """The schema of what it takes, if it takes anything."""
        request = resolved(self.document, self.part.get("requestBody", {}))
        return _schema(request) if request else None

    @property
    def responses(self) -> Mapping[str, Part]:
        """What it answers, by status."""
        return {
            status: resolved(self.document, response)
            for status, response in self.part.get("responses", {}).items()
        }

    @property
    def is_secured(self) -> bool:
        """Whether nobody may use it without being known."""
        needed = self.part.get("security", self.document.get("security", []))
        return bool(needed) and all(needed)

    @property
    def statuses(self) -> set[str]:
        """The statuses it answers with."""
        return set(self.responses)

    @property
    def result(self) -> Part:
        """The schema of its first success; empty if it says nothing."""
        for status, response in sorted(self.responses.items()):
            if status.startswith("2"):
                return resolved(self.document, _schema(response))
        return {}

    @property
    def page(self) -> Mapping[str, Part] | None:
        """The members of its answer, if that holds the items of a list."""
        members = properties(self.document, self.result)
        for name, member in members.items():
            if resolved(self.document, member).get("type") == "array" and (
                name in _ITEMS or self.is_collection
            ):
                return members
        return None

    @property
    def is_collection(self) -> bool:
        """Whether its address is that of several things: in the plural, or of each."""
        last = (self.segments or [""])[-1]
        below = f"{self.address}/{{"
        return not last.startswith("{") and (
            last.endswith("s")
            or any(address.startswith(below) for address in self.document["paths"])
        )


def described(document: Document) -> list[Operation]:
    """Return every operation of a description."""
    return [Operation(document, *each) for each in operations(document)]


def for_clients(document: Document) -> list[Operation]:
    """Return the operations that clients use, not those of health and metrics."""
    return [each for each in described(document) if not each.operational]


def lists(document: Document) -> list[Operation]:
    """Return the operations that answer with a list, bare or in pages."""
    return [
        each
        for each in for_clients(document)
        if each.method == "get"
        and (each.result.get("type") == "array" or each.page is not None)
    ]


def resolved(document: Document, part: Part) -> Part:
    """Return what a part refers to, or the part itself."""
    seen: set[str] = set()
    while (target := part.get("$ref", "")) and target not in seen:
        seen.add(target)
        found: Any = document
        for step in target.removeprefix("#/").split("/"):
            found = found.get(step) if isinstance(found, dict) else None
        part = found if isinstance(found, dict) else {}
    return part


def properties(document: Document, schema: Part) -> dict[str, Part]:
    """Return the members of a schema by name, those of its parts included."""
    schema = resolved(document, schema)
    found: dict[str, Part] = {}
    for each in schema.get("allOf", ()):
        found |= properties(document, each)
    for name, field in schema.get("properties", {}).items():
        # `true` is a schema, too: it lets everything pass.
        found[name] = field if isinstance(field, dict) else {}
    return found


def schemas(document: Document) -> Iterator[tuple[str, Part]]:
    """Yield the named schemas that the service's authors wrote."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        if name not in _FOREIGN:
            yield name, schema


def fields(document: Document) -> Iterator[tuple[str, Part]]:
    """Yield the members of all named schemas, as `Order.total`."""
    for name, schema in schemas(document):
        for member, field in properties(document, schema).items():
            yield f"{name}.{member}", field


def alternatives(schema: Part) -> Iterator[Part]:
    """Yield a schema, and those of which it is one or holds some."""
    yield schema
    nested = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for each in [*nested, *filter(None, [schema.get("items")])]:
        yield from alternatives(each)


def schema_of(content: Part) -> Part:
    """Return the schema of what has one media type; of a stream, that of its items."""
    return dict(content.get("schema") or content.get("itemSchema", {}))


def _schema(part: Part) -> Part:
    contents: Mapping[str, Part] = part.get("content", {})
    for media_type, content in contents.items():
        if media_type.endswith("json"):
            return schema_of(content)
    return schema_of(next(iter(contents.values()), {}))


def _is_prefix(segment: str) -> bool:
    return segment == "api" or (segment[:1] == "v" and segment[1:].isdigit())
