"""Services whose schemas let too much pass (SCH)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.authentication import ANY_ADDRESS, NAMELESS
from conformance.counterexamples.pagination import routes

_BASE = "{place[base_schema]}.py"
_WITHOUT_NUL = r'pattern=r"^[^\x00]*$"'
_APPLICATION_TESTS = "tests/integration/test_application.py"
_ORDER_TESTS = "tests/integration/test_orders.py"


def _schema(code: str, says: str) -> Spoiled:
    """Return a service with one more module of schemas."""
    head = (
        '"""More schemas."""\n\nfrom typing import Any, TypedDict\n\n'
        "from pydantic import BaseModel, Field, validator\n\n"
        "from acme.schemas.base import Schema\n\n\n"
    )
    return Spoiled(Write("{src}/schemas/added.py", f"{head}{code}"), says=says)


UNTYPED = Spoiled(
    Edit("{orders[router]}.py", "data: OrderCreate,", "data,"),
    says="create_order takes data as it comes",
)
SHAPELESS_ANSWER = routes(
    '@router.get("/one")\nasync def get_thing() -> dict[str, Any]:\n'
    '    """Return it."""\n    return {}\n',
    says="GET /api/v1/things/one answers 200 with anything",
)
BOTH_WAYS = Spoiled(
    Edit("{orders[router]}.py", "data: OrderUpdate", "data: OrderCreate"),
    says="OrderCreate both makes and changes",
)
WITHOUT_EXAMPLE = Spoiled(
    Edit(
        "{orders[schemas]}.py",
        'reference: str = Field(examples=["2026-0001"])',
        "reference: str",
    ),
    says="OrderResponse.reference has no example",
)
UNVALIDATED = Spoiled(
    Write(
        "{src}/core/added.py",
        '"""Trusts others."""\n\nfrom typing import Any\n\n\n'
        "def read(response: Any) -> Any:\n"
        '    """Read what they say."""\n    return response.json()\n',
    ),
    says="response.json() is trusted",
)

_WITHOUT_VALIDATORS = (
    Edit(_BASE, "AfterValidator", "Validator"),
    Edit("{accounts[schemas]}.py", "AfterValidator", "Validator"),
    Edit("{accounts[login_schemas]}.py", "AfterValidator", "Validator"),
    Edit("{sessions[schemas]}.py", "WrapValidator(", "Validator("),
    Edit("{orders[schemas]}.py", "field_validator", "validator"),
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "SCH-01": (
        Spoiled(
            Edit("pyproject.toml", '"pydantic>=2.14"', '"pydantic<2"'),
            says="pydantic<2 is Pydantic 1",
        ),
        UNTYPED,
    ),
    "SCH-02": (NAMELESS,),
    "SCH-03": (
        Spoiled(
            Edit(
                "{orders[router]}.py",
                "OrderServiceDep, response: Response\n) -> OrderResponse:",
                "OrderServiceDep, response: Response\n) -> dict[str, str]:",
            ),
            says="get_order answers with a dictionary",
        ),
    ),
    "SCH-04": (
        routes(
            '@router.post("/one")\nasync def put_thing(data: dict[str, Any]) -> Thing:\n'
            '    """Take it."""\n    raise NotImplementedError\n',
            says="takes anything",
        ),
        SHAPELESS_ANSWER,
    ),
    "SCH-05": (BOTH_WAYS,),
    "SCH-06": (
        Spoiled(
            *_WITHOUT_VALIDATORS,
            says="no schema has a validator",
        ),
    ),
    "SCH-07": (
        _schema(
            'class Cat(Schema):\n    """A cat."""\n\n\n'
            'class Dog(Schema):\n    """A dog."""\n\n\n'
            'class Home(Schema):\n    """A home."""\n\n    pets: list[Cat | Dog]\n',
            says="Home.pets may be several schemas",
        ),
    ),
    "SCH-08": (
        Spoiled(
            Edit("{orders[entities]}.py", "strict=True, ", ""),
            says="OrderLine.quantity takes text as well",
        ),
        Spoiled(
            Edit(
                "{orders[schemas]}.py",
                "    reference: Text = Field(min_length=1",
                "    model_config = ConfigDict(strict=True)\n\n"
                "    status: OrderStatus = OrderStatus.DRAFT\n"
                "    reference: Text = Field(min_length=1",
            ),
            says="OrderCreate.status refuses its own values as text",
        ),
    ),
    "SCH-09": (
        Spoiled(
            Edit(_BASE, "from_attributes=True", "from_attributes=False"),
            says="OrderResponse is without from_attributes=True",
        ),
    ),
    "SCH-10": (
        Spoiled(
            Edit(_BASE, "str_strip_whitespace=True", "str_strip_whitespace=False"),
            says="OrderCreate is without str_strip_whitespace=True",
        ),
    ),
    "SCH-12": (ANY_ADDRESS,),
    "SCH-13": (UNVALIDATED,),
    "SCH-14": (
        Spoiled(
            Edit(_BASE, "computed_field", "computed"),
            Edit("{orders[schemas]}.py", "computed_field", "computed"),
            *_WITHOUT_VALIDATORS,
            says=("no schema computes a field", "no schema validates a field"),
        ),
        _schema(
            'class Old(BaseModel):\n    """Old."""\n\n    name: str\n\n'
            '    @validator("name")\n    def check(cls, value: str) -> str:\n'
            "        return value\n\n"
            "    class Config:\n        frozen = True\n",
            says="Old.Config is Pydantic 1",
        ),
    ),
    "SCH-15": (
        Spoiled(
            Edit(_BASE, "(Schema)", "(BaseModel)"),
            Edit("{place[health]}.py", "(Schema)", "(BaseModel)"),
            *(
                Edit(f"{{{of}}}.py", "(Schema)", "(BaseModel)")
                for of in (
                    "accounts[schemas]",
                    "accounts[letter_schemas]",
                    "accounts[login_schemas]",
                    "accounts[password_schemas]",
                    "sessions[schemas]",
                    "outbox[schemas]",
                )
            ),
            says="every schema begins anew",
            answers={"with_example": False},
        ),
        _schema(
            'class OrderImport(Schema):\n    """An order from elsewhere."""\n\n'
            "    reference: str = Field(max_length=40, min_length=1)\n",
            says="OrderImport.reference",
        ),
    ),
    "SCH-16": (
        Spoiled(
            Edit(
                "{orders[schemas]}.py",
                "lines: tuple[OrderLine, ...]",
                "lines: list[str]",
            ),
            says="no answer shows a relation",
        ),
    ),
    "SCH-17": (
        Spoiled(Edit(_BASE, "frozen=True, ", ""), says="PageQuery can be changed"),
    ),
    "SCH-18": (
        Spoiled(
            Edit(
                "{orders[service]}.py",
                "data.model_dump(exclude_unset=True)",
                "dict(data)",
            ),
            says="dict(data) takes an object apart",
        ),
    ),
    "SCH-19": (
        Spoiled(
            Edit("{orders[entities]}.py", "ge=1, le=1_000_000, ", ""),
            says="quantity may be any number",
        ),
    ),
    "SCH-20": (WITHOUT_EXAMPLE,),
    "SCH-21": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Shares lists."""\n\n\nclass Shared:\n    """Shares."""\n\n'
                "    items = [1]\n\n\n"
                "def add(items: list[int] = []) -> list[int]:\n"
                '    """Add."""\n    return items\n',
            )
        ),
        _schema(
            'class Shared(Schema):\n    """Shares."""\n\n'
            "    items: list[int] = Field(default=[])\n",
            says="Shared.items has a mutable default",
        ),
    ),
    "SCH-22": (
        Spoiled(
            Edit("{orders[service]}.py", "data: OrderUpdate", "data: dict[str, Any]"),
            Edit(
                "{orders[schemas]}.py",
                "    lines: tuple[OrderLine, ...]\n",
                "    lines: dict[str, Any]\n",
            ),
            says=(
                "update exchanges dict[str, Any]",
                "OrderResponse.lines holds anything",
            ),
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_APPLICATION_TESTS}::test_text_that_cannot_be_stored_is_refused": {
        "SCH-06": Spoiled(Edit(_BASE, _WITHOUT_NUL, ""))
    },
    f"{_APPLICATION_TESTS}::test_text_is_stripped": {
        "SCH-10": Spoiled(
            Edit(_BASE, "str_strip_whitespace=True", "str_strip_whitespace=False")
        )
    },
    f"{_APPLICATION_TESTS}::test_schema_does_not_change": {
        "SCH-17": Spoiled(Edit(_BASE, "frozen=True, ", ""))
    },
    f"{_ORDER_TESTS}::test_create_order_with_bad_input_names_the_field": {
        "SCH-06": Spoiled(Edit(_BASE, _WITHOUT_NUL, ""), says="body.reference"),
        "SCH-08": Spoiled(
            Edit("{orders[entities]}.py", "strict=True, ", ""),
            says="body.lines.0.quantity",
        ),
    },
}
