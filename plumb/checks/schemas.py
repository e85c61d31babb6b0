"""What comes in and goes out, and how it is validated (SCH)."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from plumb.check import Check, Finding, check, depends_on
from plumb.checks.authentication import ACCOUNTS, registered, with_accounts
from plumb.checks.pagination import with_orders
from plumb.description import (
    Document,
    alternatives,
    described,
    for_clients,
    properties,
    resolved,
    schema_of,
)
from plumb.description import fields as members
from plumb.description import schemas as described_schemas
from plumb.kinds import calls, openapi, rules, shipped
from plumb.options import groups
from plumb.service import Class, Module, Service, assigned, last_name
from plumb.signatures import (
    answers,
    bodies,
    configured,
    fields,
    named,
    names,
    parameters,
    routes,
)

_SHAPELESS = frozenset({"Any", "Dict", "Mapping", "MutableMapping", "dict", "object"})
_CONSTRAINTS = frozenset(
    {"decimal_places", "ge", "gt", "le", "lt", "max_digits", "max_length"}
    | {"min_length", "multiple_of", "pattern"}
)
_BOUNDS = frozenset({"const", "enum", "exclusiveMinimum", "minimum"})
_PLAIN = frozenset({"boolean", "integer", "null", "number", "string"})
_OLD = frozenset({"parse_obj", "parse_raw", "root_validator", "validator"})
_VALIDATORS = frozenset(
    {"AfterValidator", "BeforeValidator", "field_validator", "model_validator"}
)
_PARSERS = frozenset(
    {"model_validate", "model_validate_json", "validate_json", "validate_python"}
)
_ADDRESS = re.compile(r"(^|_)e?mail(_address)?$")
_TESTS = "tests/integration/test_application.py"
_ORDER_TESTS = "tests/integration/test_orders.py"


@openapi("accounts have schemas: to make one, and to show one")
def _accounts(document: Document) -> Iterator[Finding]:
    made, shown = [
        [set(properties(document, part)) for part in parts]
        for parts in (
            [each.body or {} for each in for_clients(document)],
            [each.result for each in for_clients(document) if each.is_secured],
        )
    ]
    if not any({"email", "password"} <= each for each in made):
        yield Finding("no operation takes an address of e-mail and a password")
    if not any("email" in each for each in shown):
        yield Finding("no operation shows an account")


@openapi("addresses of e-mail are taken as such")
def _addresses(document: Document) -> Iterator[Finding]:
    for each in for_clients(document):
        taken = properties(document, each.body or {}) | {
            name: query.get("schema", {}) for name, query in each.queries.items()
        }
        for name, field in taken.items():
            kinds = alternatives(resolved(document, field))
            formats = {resolved(document, kind).get("format") for kind in kinds}
            if _ADDRESS.search(name) and not formats & {"email", "idn-email"}:
                yield Finding(f"{each} takes any text as {name}: make it EmailStr")


@check("toml", "Pydantic is required, version 2 or later")
def _pydantic(service: Service) -> Iterator[Finding]:
    said = service.requirements.get("pydantic") or service.requirements.get("fastapi")
    if said is None:
        yield Finding("Pydantic is no dependency: uv add pydantic", "pyproject.toml")
    elif re.search(r"pydantic[^,]*(==|~=|<=?)\s*[01]\b|pydantic.*<\s*2\b", said):
        yield Finding(f"{said} is Pydantic 1: move to 2", "pyproject.toml")


@check("ast", "routes say of what types all they take and give is")
def typed(service: Service) -> Iterator[Finding]:
    """Yield each untyped argument and answer of a route."""
    for route in routes(service):
        for argument, _ in parameters(route.function):
            if argument.annotation is None or "Any" in names(argument.annotation):
                yield Finding(
                    f"{route.function.name} takes {argument.arg} as it comes: give it"
                    " a type that validates it",
                    route.module.path,
                    argument.lineno,
                )
        if route.answer is None or "Any" in route.given:
            yield Finding(
                f"{route.function.name} does not say what it answers with: annotate it"
                " with a schema",
                route.module.path,
                route.function.lineno,
            )


@check("ast", "routes answer with schemas, not with dictionaries")
def _no_dictionaries(service: Service) -> Iterator[Finding]:
    for route in routes(service):
        raw = _SHAPELESS & route.given
        made = [
            node
            for node in ast.walk(route.function)
            if (isinstance(node, ast.Return) and isinstance(node.value, ast.Dict))
            or (
                isinstance(node, ast.Call)
                and last_name(node.func).endswith("JSONResponse")
                and any(isinstance(argument, ast.Dict) for argument in node.args)
            )
        ]
        if raw or made:
            yield Finding(
                f"{route.function.name} answers with a dictionary: make it a schema",
                route.module.path,
                made[0].lineno if made else route.function.lineno,
            )


@openapi("every body that is taken has a schema with a name")
def _bodies_have_schemas(document: Document) -> Iterator[Finding]:
    for each in described(document):
        if each.body is not None and not _is_shaped(each.body):
            yield Finding(f"{each} takes anything: declare a schema for the body")


@openapi("every answer with a body has a schema")
def answers_have_schemas(document: Document) -> Iterator[Finding]:
    """Yield each answer that could be anything."""
    for each in described(document):
        for status, response in each.responses.items():
            for content in response.get("content", {}).values():
                if not _is_shaped(schema_of(content)):
                    yield Finding(
                        f"{each} answers {status} with anything: return a schema"
                    )


def _is_shaped(schema: Mapping[str, object]) -> bool:
    nested = schema.get("items")
    if isinstance(nested, dict):
        return _is_shaped(nested)
    choices = [*_list(schema.get("anyOf")), *_list(schema.get("oneOf"))]
    if choices:
        return all(map(_is_shaped, choices))
    return bool(
        {"$ref", "allOf", "properties"} & schema.keys() or _types(schema) & _PLAIN
    )


def _list(value: object) -> list[Mapping[str, object]]:
    return value if isinstance(value, list) else []


@check("ast", "what clients send, what changes, what they get and tables are apart")
def separate(service: Service) -> Iterator[Finding]:
    """Yield each class that does two of these jobs at once."""
    known, models = named(service.schemas), named(service.models)
    given = {name for route in routes(service) for name in route.given}
    created = {n for r in routes(service) if r.method == "post" for n in r.taken}
    for route in routes(service):
        jobs = [
            (route.taken & given & known.keys(), "is both taken and answered with"),
            ((route.taken | route.given) & models.keys(), "is a table"),
        ]
        if route.method in {"put", "patch"}:
            jobs.append(
                (route.taken & created & known.keys(), "both makes and changes")
            )
        for shared, job in jobs:
            for name in sorted(shared):
                yield Finding(
                    f"{name} {job}: {route.function.name} needs a schema of its own",
                    route.module.path,
                    route.function.lineno,
                )


@check("ast", "schemas validate what a type cannot say")
def _validators(service: Service) -> Iterator[Finding]:
    if service.schemas and not _VALIDATORS & _used_by_schemas(service):
        yield Finding(
            "no schema has a validator: rules over values belong into field_validator"
            " and model_validator"
        )


def _used_by_schemas(service: Service) -> set[str]:
    """Return the names in schemas, without settings, and in the types beside them."""
    settings = {id(each.node) for each in groups(service)}
    schemas = [each for each in service.schemas if id(each.node) not in settings]
    modules = {each.module.path: each.module for each in schemas}
    parts: list[ast.AST] = [each.node for each in schemas]
    parts += [
        item
        for module in modules.values()
        for item in module.tree.body
        if assigned(item)
    ]
    return {name for part in parts for name in names(part)}


@check("ast", "a choice among schemas says by which member they are told apart")
def _discriminated(service: Service) -> Iterator[Finding]:
    known = named(service.schemas).keys()
    for each in service.schemas:
        for name, field in fields(each):
            chosen = [
                part for part in _union(field.annotation) if last_name(part) in known
            ]
            if len(chosen) > 1 and not re.search(
                r"discriminator=|Tag\(", ast.unparse(field)
            ):
                yield Finding(
                    f"{each.name}.{name} may be several schemas: add"
                    " Field(discriminator=...)",
                    each.module.path,
                    field.lineno,
                )


def _union(hint: ast.expr) -> list[ast.expr]:
    match hint:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_union(left), *_union(right)]
        case ast.Subscript(slice=ast.Tuple(elts=parts), value=outer) if last_name(
            outer
        ) in {"Annotated", "Union"}:
            return [each for part in parts for each in _union(part)]
        case ast.Subscript(slice=inner):
            return _union(inner)
        case _:
            return [hint]


@check("ast", "numbers and truth values that clients send are not guessed from text")
def _strict(service: Service) -> Iterator[Finding]:
    for each in bodies(service):
        for name, field in fields(each):
            if (
                names(field.annotation) & {"bool", "float", "int"}
                and "strict=True" not in ast.unparse(field)
                and configured(service, each, "strict") is not True
            ):
                yield Finding(
                    f"{each.name}.{name} takes text as well: add Field(strict=True)",
                    each.module.path,
                    field.lineno,
                )


@check("ast", "a body that converts nothing still takes enumerations as text")
def _enumerations(service: Service) -> Iterator[Finding]:
    enumerations = {
        each.name for each in service.subclasses("Enum", "IntEnum", "StrEnum")
    }
    for each in bodies(service):
        for name, field in fields(each):
            if (
                enumerations & names(field.annotation)
                and "strict=False" not in ast.unparse(field)
                and (
                    "strict=True" in ast.unparse(field)
                    or configured(service, each, "strict") is True
                )
            ):
                yield Finding(
                    f"{each.name}.{name} refuses its own values as text: add"
                    " Field(strict=False)",
                    each.module.path,
                    field.lineno,
                )


def _settled(key: str, rule: str, chosen: Callable[[Service], list[Class]]) -> Check:
    """Demand that the configuration of schemas says yes to something."""

    @check("ast", rule)
    def judge(service: Service) -> Iterator[Finding]:
        for each in chosen(service):
            if configured(service, each, key) is not True:
                yield Finding(
                    f"{each.name} is without {key}=True: set it in the base of all"
                    " schemas",
                    each.module.path,
                    each.node.lineno,
                )

    return judge


@check("ast", "schemas cannot be changed, unless one says so")
def _frozen(service: Service) -> Iterator[Finding]:
    for each in service.schemas:
        if configured(service, each, "frozen") is None:
            yield Finding(
                f"{each.name} can be changed by anybody: set frozen=True in its base,"
                " or frozen=False where it has to change",
                each.module.path,
                each.node.lineno,
            )


@check("ast", "JSON from elsewhere is validated where it comes in")
def parsed(service: Service) -> Iterator[Finding]:
    """Yield each place that reads JSON and does not validate it."""
    for module in service.modules:
        validated = {
            id(inner)
            for call in module.calls
            if last_name(call.func) in _PARSERS
            for inner in calls(call)
        }
        for call in module.calls:
            if _reads_json(call) and id(call) not in validated:
                yield Finding(
                    f"{ast.unparse(call)} is trusted as it comes: give it to"
                    " model_validate, or its text to model_validate_json",
                    module.path,
                    call.lineno,
                )


def _reads_json(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(attr="json") if not call.args:
            return True
        case ast.Attribute(value=ast.Name(id="json" | "orjson"), attr="load" | "loads"):
            return True
        case _:
            return False


@check("ast", "schemas compute fields, and validate them")
def _modern(service: Service) -> Iterator[Finding]:
    used = _used_by_schemas(service) if service.schemas else _VALIDATORS
    if service.schemas and "computed_field" not in used:
        yield Finding("no schema computes a field: derive members with computed_field")
    if not _VALIDATORS & used:
        yield Finding("no schema validates a field: write a field_validator")


@check("ast", "schemas use nothing of Pydantic 1")
def _nothing_old(service: Service) -> Iterator[Finding]:
    for each in service.schemas:
        for item in each.node.body:
            if isinstance(item, ast.ClassDef) and item.name == "Config":
                yield Finding(
                    f"{each.name}.Config is Pydantic 1: write model_config",
                    each.module.path,
                    item.lineno,
                )
    for module in service.modules:
        for name, line in _old_calls(module):
            yield Finding(f"{name} is Pydantic 1: use its successor", module.path, line)


def _old_calls(module: Module) -> Iterator[tuple[str, int]]:
    for call in module.calls:
        if last_name(call.func) in _OLD:
            yield last_name(call.func), call.lineno


@check("ast", "schemas have a base of the service's own")
def _based(service: Service) -> Iterator[Finding]:
    known = named(service.schemas).keys()
    used = [*bodies(service), *answers(service)]
    if len(used) > 1 and not any(known & set(each.bases) for each in used):
        yield Finding(
            "every schema begins anew: give them a base with what they have in common"
        )


@check("ast", "the limits of a field are written once, however many schemas have it")
def _written_once(service: Service) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for each in service.schemas:
        for name, field in fields(each):
            limits = sorted(
                ast.unparse(keyword)
                for call in calls(field)
                if last_name(call.func) == "Field"
                for keyword in call.keywords
                if keyword.arg in _CONSTRAINTS
            )
            first = seen.setdefault((name, ", ".join(limits)), each.name)
            if limits and first != each.name:
                yield Finding(
                    f"{each.name}.{name} repeats the limits of {first}.{name}: inherit"
                    " it, or name the type",
                    each.module.path,
                    field.lineno,
                )


@check("ast", "where tables are related, schemas hold schemas")
def _nested(service: Service) -> Iterator[Finding]:
    related = any(
        last_name(call.func) == "relationship"
        for each in service.models
        for call in calls(each.node)
    )
    known = named(service.schemas).keys()
    nested = any(
        names(field.annotation) & known
        for each in answers(service)
        for _, field in fields(each)
        if not each.node.type_params
    )
    if related and not nested:
        yield Finding("no answer shows a relation: nest the schema of what is related")


@check("ast", "what goes out is dumped by Pydantic, not taken apart by hand")
def _dumped(service: Service) -> Iterator[Finding]:
    for module in [*service.routers, *service.services, *service.repositories]:
        # What a row of the database is turned into does not go out yet.
        validated = {
            id(argument)
            for call in module.calls
            if last_name(call.func) == "model_validate"
            for argument in call.args
        }
        for node in module.nodes:
            match node:
                case ast.Call() if id(node) in validated:
                    continue
                case ast.Call(func=ast.Name(id="dict" | "vars"), args=[ast.Name(), *_]):
                    taken = ast.unparse(node)
                case ast.Call(func=ast.Attribute(attr="dict"), args=[]):
                    taken = ast.unparse(node)
                case ast.Attribute(attr="__dict__"):
                    taken = ast.unparse(node)
                case _:
                    continue
            yield Finding(
                f"{taken} takes an object apart: use model_dump",
                module.path,
                node.lineno,
            )


@openapi("numbers that come in or go out have a least value")
def _bounded(document: Document) -> Iterator[Finding]:
    found = [
        (f"{each}: {parameter['name']}", parameter.get("schema", {}))
        for each in described(document)
        for parameter in each.parameters
    ]
    # What is computed needs no bound: nobody sends it.
    found += [pair for pair in members(document) if not pair[1].get("readOnly")]
    for name, schema in found:
        for each in alternatives(schema):
            kinds = {"integer", "number"}.intersection(_types(each))
            if kinds and _BOUNDS.isdisjoint(each):
                yield Finding(f"{name} may be any number: bound it with ge or gt")


def _types(schema: Mapping[str, object]) -> set[str]:
    said = schema.get("type")
    return {str(each) for each in (said if isinstance(said, list) else [said])}


@openapi("every member of a schema has an example")
def with_examples(document: Document) -> Iterator[Finding]:
    """Yield each member of which nobody sees what it looks like."""
    whole = {
        name
        for name, schema in described_schemas(document)
        if {"example", "examples"} & schema.keys()
    }
    for name, field in members(document):
        told = {"$ref", "allOf", "const", "enum", "example", "examples"}
        if name.partition(".")[0] not in whole and not any(
            told & each.keys() for each in alternatives(field)
        ):
            yield Finding(f"{name} has no example: add Field(examples=[...])")


@check("ast", "a schema makes each mutable default anew")
def _fresh_defaults(service: Service) -> Iterator[Finding]:
    for each in service.schemas:
        for name, field in fields(each):
            default = field.value
            if isinstance(default, ast.Call) and last_name(default.func) == "Field":
                given = {keyword.arg: keyword.value for keyword in default.keywords}
                default = given.get("default", next(iter(default.args), None))
            if isinstance(default, ast.Dict | ast.List | ast.Set):
                yield Finding(
                    f"{each.name}.{name} has a mutable default: use default_factory",
                    each.module.path,
                    field.lineno,
                )


@check(
    "ast",
    "routers and services exchange models, and neither bodies nor answers hold"
    " dictionaries of anything",
)
def _modelled(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        if {"TypedDict", "NamedTuple"} & set(each.bases):
            yield Finding(
                f"{each.name} is not validated: make it a model",
                each.module.path,
                each.node.lineno,
            )
    for each in [*bodies(service), *answers(service)]:
        for name, field in fields(each):
            if _is_loose(field.annotation):
                yield Finding(
                    f"{each.name}.{name} holds anything: make it a model",
                    each.module.path,
                    field.lineno,
                )
    for module in [*service.routers, *service.services]:
        for function in module.functions:
            hints = [argument.annotation for argument, _ in parameters(function)]
            for hint in filter(None, [*hints, function.returns]):
                if _is_loose(hint):
                    yield Finding(
                        f"{function.name} exchanges {ast.unparse(hint)}: make it a"
                        " model",
                        module.path,
                        function.lineno,
                    )


def _is_loose(hint: ast.expr) -> bool:
    return bool(_SHAPELESS & names(hint) and {"Any", "object"} & names(hint))


_refused = shipped(
    f"{_TESTS}::test_text_that_cannot_be_stored_is_refused",
    "a validator that all schemas share refuses text that cannot be stored",
)
_named_field = shipped(
    f"{_ORDER_TESTS}::test_create_order_with_bad_input_names_the_field",
    "what breaks a rule of its schema is refused, and named",
).when(with_orders)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "SCH-01": (_pydantic, typed),
    "SCH-02": (_accounts.when(with_accounts), registered),
    "SCH-03": (_no_dictionaries,),
    "SCH-04": (_bodies_have_schemas, answers_have_schemas),
    "SCH-05": (separate,),
    "SCH-06": (_validators, _refused, _named_field),
    "SCH-07": (_discriminated,),
    "SCH-08": (_strict, _enumerations, _named_field),
    "SCH-09": (
        _settled(
            "from_attributes", "what routes answer with is made from objects", answers
        ).when(depends_on("sqlalchemy", "sqlmodel")),
    ),
    "SCH-10": (
        _settled("str_strip_whitespace", "text that clients send is stripped", bodies),
        shipped(f"{_TESTS}::test_text_is_stripped", "text is stripped of white space"),
    ),
    "SCH-12": (
        _addresses,
        shipped(
            f"{ACCOUNTS}"
            "::test_registration_that_is_refused_names_the_field_and_no_secret",
            "what is no address of e-mail is refused",
        ).when(with_accounts),
    ),
    "SCH-13": (parsed,),
    "SCH-14": (_modern, _nothing_old),
    "SCH-15": (_based, _written_once),
    "SCH-16": (
        _nested,
        shipped(
            f"{_ORDER_TESTS}"
            "::test_create_order_with_lines_returns_it_with_its_location",
            "an order comes with its lines",
        ).when(with_orders),
    ),
    "SCH-17": (
        _frozen,
        shipped(
            f"{_TESTS}::test_schema_does_not_change", "an assignment to a schema fails"
        ),
    ),
    "SCH-18": (_dumped,),
    "SCH-19": (_bounded,),
    "SCH-20": (with_examples,),
    "SCH-21": (rules("B006", "RUF012"), _fresh_defaults),
    "SCH-22": (_modelled,),
}
