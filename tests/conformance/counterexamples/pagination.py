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


def routes(code: str, says: str) -> Spoiled:
    """Return a service with more routes, below `/api/v1/things`."""
    return Spoiled(Write("{src}/api/v1/added.py", f"{_ROUTER}{code}"), says=says)


WHOLE = routes(
    '@router.get("")\nasync def list_things() -> list[Thing]:\n'
    '    """List them."""\n    return []\n',
    says="answers with a bare list",
)
_PAGE_QUERY = "{place[base_schema]}.py"
_REPOSITORY = "{place[base_repository]}.py"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "PAG-01": (WHOLE,),
    "PAG-02": (
        routes(
            '@router.get("")\nasync def list_things(limit: int, offset: int)'
            ' -> Page[Thing]:\n    """List them."""\n    raise NotImplementedError\n',
            says="GET /api/v1/things by limit, offset",
        ),
    ),
    "PAG-04": (
        Spoiled(Edit(_PAGE_QUERY, "default=1, ge=1", "default=0, ge=0"), says="at 1"),
    ),
    "PAG-05": (
        Spoiled(
            Edit(_PAGE_QUERY, "default=20", "default=50"), says="per_page is 50 if"
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
                "    items: list[str]\n    total: int\n",
            ),
            says="ThingPage is a page of one thing",
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
                "select(func.count()).select_from(self.model).where(*matches)",
                "select(func.count()).select_from(self.model)",
            ),
            says="_page counts other rows",
        ),
    ),
}
FAILURES: Mapping[str, Spoiled] = {
    "tests/integration/test_application.py::test_page_outside_its_bounds_is_refused": (
        Spoiled(Edit(_PAGE_QUERY, "le=100,", "le=1000,"))
    ),
    "tests/integration/test_application.py::test_page_has_its_place_in_the_list": (
        Spoiled(Edit(_PAGE_QUERY, "default=20", "default=50"))
    ),
    "tests/integration/test_orders.py::test_list_orders_filters_and_sorts": Spoiled(
        Edit(
            _REPOSITORY,
            "select(func.count()).select_from(self.model).where(*matches)",
            "select(func.count()).select_from(self.model)",
        )
    ),
}
