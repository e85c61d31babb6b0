"""What a developer writes first: FastAPI, SQLAlchemy's asyncio, a response model.

No middleware, no layers. It runs in the environment of the generated service, on the
same database.
"""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, ForeignKey, func, select
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
    selectinload,
)
from uuid_utils.compat import uuid7


class Base(DeclarativeBase):
    """Base of the models."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    reference: Mapped[str]
    customer: Mapped[str]
    note: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="draft")
    created_by: Mapped[str] = mapped_column(default="anonymous")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]
    lines: Mapped[list["Line"]] = relationship(order_by="Line.position")


class Line(Base):
    """A line of an order."""

    __tablename__ = "order_lines"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[Decimal]


class LineBody(BaseModel):
    """A line, as JSON."""

    model_config = ConfigDict(from_attributes=True)

    sku: str
    quantity: int
    unit_price: Decimal


class OrderCreate(BaseModel):
    """A new order."""

    reference: str
    customer: str
    lines: list[LineBody] = []


class OrderBody(BaseModel):
    """An order, as JSON."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str
    customer: str
    note: str | None
    status: str
    created_by: str
    created_at: datetime
    updated_at: datetime
    lines: list[LineBody]


class Page(BaseModel):
    """The newest orders."""

    data: list[OrderBody]
    total: int
    page: int
    per_page: int


app = FastAPI()
url = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:", 1)
engine = create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def get_session() -> AsyncIterator[AsyncSession]:
    """Open a session for a request."""
    async with sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


@app.get("/health")
async def constant() -> dict[str, str]:
    """Answer without the database."""
    return {"status": "ok", "version": "0.1.0"}


@app.get("/api/v1/orders", response_model=Page)
async def list_orders(session: SessionDep) -> dict[str, object]:
    """Return the newest 20, and how many there are."""
    total = await session.scalar(
        select(func.count()).select_from(Order).where(Order.deleted_at.is_(None))
    )
    orders = await session.scalars(
        select(Order)
        .where(Order.deleted_at.is_(None))
        .options(selectinload(Order.lines))
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(20)
    )
    return {"data": orders.all(), "total": total, "page": 1, "per_page": 20}


@app.get("/api/v1/orders/{key}", response_model=OrderBody)
async def get_order(key: UUID, session: SessionDep) -> Order:
    """Return one order."""
    order = await session.scalar(
        select(Order)
        .where(Order.id == key, Order.deleted_at.is_(None))
        .options(selectinload(Order.lines))
    )
    if order is None:
        raise HTTPException(404)
    return order


@app.post("/api/v1/orders", response_model=OrderBody, status_code=201)
async def create_order(data: OrderCreate, session: SessionDep) -> Order:
    """Store an order with its lines."""
    order = Order(reference=data.reference, customer=data.customer)
    order.lines = [
        Line(position=position, **line.model_dump())
        for position, line in enumerate(data.lines, start=1)
    ]
    session.add(order)
    await session.commit()
    await session.refresh(order, ["note", "created_at", "updated_at"])
    return order
