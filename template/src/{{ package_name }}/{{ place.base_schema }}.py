"""What data objects have in common, and the pages that lists come in."""

from collections.abc import Callable
from decimal import Decimal
from math import ceil
from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    computed_field,
)


def _in_cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


# PostgreSQL cannot store the character NUL.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Money = Annotated[
    Decimal, Field(ge=0, max_digits=12, decimal_places=2), AfterValidator(_in_cents)
]
PerPage = Annotated[
    int,
    Field(
        ge=1,
        le=100,
        validation_alias=AliasChoices("per_page", "size"),
        description="Items on a page",
    ),
]


class Schema(BaseModel):
    """Immutable data, made from JSON or from an object's attributes."""

    model_config = ConfigDict(
        frozen=True, from_attributes=True, str_strip_whitespace=True
    )


class PageQuery(Schema):
    """Which page of a list is asked for."""

    page: int = Field(default=1, ge=1, le=1_000_000, description="Page, from 1")
    per_page: PerPage = 20

    @property
    def offset(self) -> int:
        """How many items come before the page."""
        return (self.page - 1) * self.per_page


class Page[Item](Schema):
    """One page of a list."""

    data: tuple[Item, ...]
    total: int = Field(ge=0, description="Items on all pages", examples=[1])
    page: int = Field(ge=1, examples=[1])
    per_page: int = Field(ge=1, examples=[20])

    @computed_field(description="Number of pages", examples=[1])  # type: ignore[prop-decorator]
    @property
    def total_pages(self) -> int:
        """Number of pages, 0 where nothing matches."""
        return ceil(self.total / self.per_page)

    def map[Other](self, convert: Callable[[Item], Other]) -> "Page[Other]":
        """Return the page with each item converted."""
        return Page(
            data=tuple(map(convert, self.data)),
            total=self.total,
            page=self.page,
            per_page=self.per_page,
        )
