"""Services whose lists come whole, or each in its own way (PAG)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

_ROUTER = '''"""More routes."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from acme.core.problems import raises
from acme.exceptions import ConflictError, NotFoundError
from acme.schemas.base import Page, PageQuery, Schema

router = APIRouter(prefix="/things", tags=["Things"])


class Thing(Schema):
    """A thing."""

    name: str = Field(examples=["kettle"])


'''


def routes(code: str, says: str | tuple[str, ...]) -> Spoiled:
    """Return a service with more routes, below `/api/v1/things`."""
    return Spoiled(Write("{src}/api/v1/added.py", routes_text(code)), says=says)


def routes_text(code: str) -> str:
    """Return a module with more routes."""
    return f"{_ROUTER}{code}"


WHOLE = routes(
    '@router.get("")\nasync def list_things() -> list[Thing]:\n'
    '    """List them."""\n    return []\n',
    says="answers with a bare list",
)
NAMED = routes(
    'class Things(Schema):\n    """Things."""\n\n    things: list[Thing]\n\n\n'
    '@router.get("")\nasync def list_things() -> Things:\n'
    '    """List them."""\n    raise NotImplementedError\n'
    '@router.get("/all")\nasync def all_things() -> list[Thing]:\n'
    '    """List them."""\n    return []\n',
    says=(
        "GET /api/v1/things cannot be paged",
        "GET /api/v1/things/all answers with a bare list",
    ),
)
_PAGE_QUERY = "{place[base_schema]}.py"
_REPOSITORY = "{place[base_repository]}.py"
_ORDERS = "{orders[repository]}.py"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PAG-01": (NAMED,),
    "PAG-02": (
        routes(
            '@router.get("")\nasync def list_things(limit: int, offset: int)'
            ' -> Page[Thing]:\n    """List them."""\n    raise NotImplementedError\n',
            says="by limit, offset",
        ),
    ),
    "PAG-04": (
        Spoiled(Edit(_PAGE_QUERY, "default=1, ge=1", "default=0, ge=0"), says="at 1"),
    ),
    "PAG-05": (
        Spoiled(
            Edit(_PAGE_QUERY, "PerPage = 20", "PerPage = 50"), says="per_page is 50 if"
        ),
    ),
    "PAG-06": (
        Spoiled(Edit(_PAGE_QUERY, "le=100,", "le=1000,"), says="per_page may be 1000"),
    ),
    "PAG-07": (
        Spoiled(
            Edit(_PAGE_QUERY, "def total_pages", "def pages"),
            says="lacks total_pages and adds pages",
        ),
    ),
    "PAG-08": (
        Spoiled(
            Write(
                "{src}/schemas/added.py",
                '"""A page of its own."""\n\nfrom acme.schemas.base import Schema\n\n\n'
                'class ThingPage(Schema):\n    """Things."""\n\n'
                "    items: list[str]\n    total: int\n\n\n"
                'class OrderList(Schema):\n    """Orders."""\n\n'
                "    orders: list[str]\n    page: int\n",
            ),
            says=(
                "ThingPage is a page of one thing",
                "OrderList is a page of one thing",
            ),
        ),
    ),
    "PAG-09": (
        routes(
            '@router.get("")\nasync def list_things(name: str, page: int = 1,'
            ' size: int = 20) -> Page[Thing]:\n    """List them."""\n'
            "    raise NotImplementedError\n",
            says="GET /api/v1/things demands name",
        ),
    ),
    "PAG-10": (
        Spoiled(
            Edit(
                _REPOSITORY,
                "select(count).select_from(cls.model).where(*where)",
                "select(count).select_from(cls.model)",
            ),
            says="_select_page counts other rows",
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/integration/test_application.py::test_page_outside_its_bounds_is_refused": (
        {"PAG-04 PAG-06": Spoiled(Edit(_PAGE_QUERY, "le=100,", "le=1000,"))}
    ),
    "tests/integration/test_application.py::test_page_has_its_place_in_the_list": (
        {
            "PAG-05": Spoiled(
                Edit(_PAGE_QUERY, "PerPage = 20", "PerPage = 50"), says="'per_page': 50"
            ),
            "PAG-07": Spoiled(
                Edit(
                    _PAGE_QUERY,
                    '    @computed_field(description="Number of pages", examples=[1])'
                    "  # type: ignore[prop-decorator]\n",
                    "",
                ),
                says="total_pages",
            ),
        }
    ),
    "tests/integration/test_cursor.py::test_each_row_is_met_once_while_others_come": {
        "PAG-03": Spoiled(
            Edit(_REPOSITORY, "compare = operators.lt if", "compare = operators.le if"),
        )
    },
    "tests/integration/test_orders.py::"
    "test_export_meets_each_order_once_while_others_come": {
        "PAG-03": Spoiled(
            Edit(_ORDERS, 'query, "created_at",', 'query, "-created_at",')
        )
    },
    "tests/integration/test_orders.py::test_stream_has_each_order_on_a_line": {
        "ASY-06 PER-06": Spoiled(
            Edit(_ORDERS, '_stream("created_at",', '_stream("-created_at",')
        )
    },
    "tests/integration/test_cursor.py::"
    "test_stream_is_read_in_parts_and_keeps_no_connection": {
        "PER-05": Spoiled(
            Edit(_REPOSITORY, "_STREAMED_AT_ONCE = 100", "_STREAMED_AT_ONCE = 50"),
            says="assert 2 ==",
        )
    },
    "tests/integration/test_orders.py::test_list_orders_filters_and_sorts": {
        "API-10": Spoiled(
            Edit(_ORDERS, "_page(query, sort,", '_page(query, "created_at",'),
            says="params0-references0",
        ),
        "PAG-09": Spoiled(
            Edit(_ORDERS, '"customer": customer}', '"customer": None}'),
            says="params4-references4",
        ),
        "PAG-10": Spoiled(
            Edit(
                _REPOSITORY,
                "select(count).select_from(cls.model).where(*where)",
                "select(count).select_from(cls.model)",
            )
        ),
    },
}
