"""The least that an answer takes: Starlette and asyncpg, no validation of anything.

It runs in the environment of the generated service, on the same database.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

ORDER = "id, reference, customer, note, status, created_by, created_at, updated_at"


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Hold a pool as large as the service's."""
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], max_size=20) as pool:
        app.state.pool = pool
        yield


def body(order: asyncpg.Record, lines: list[asyncpg.Record]) -> dict[str, Any]:
    """Return an order as the service shows it."""
    own = [line for line in lines if line["order_id"] == order["id"]]
    return {
        **order,
        "lines": [
            {key: line[key] for key in ("sku", "quantity", "unit_price")}
            for line in own
        ],
        "total": sum(line["quantity"] * line["unit_price"] for line in own),
    }


def answer(content: object, status: int = 200) -> Response:
    """Return JSON, with ids, times and prices as text."""
    return Response(
        json.dumps(content, default=str), status, media_type="application/json"
    )


async def constant(_: Request) -> Response:
    """Answer without the database."""
    return JSONResponse({"status": "ok", "version": "0.1.0"})


async def list_orders(request: Request) -> Response:
    """Return the newest 20, and how many there are."""
    async with request.app.state.pool.acquire() as connection:
        total = await connection.fetchval(
            "SELECT count(*) FROM orders WHERE deleted_at IS NULL"
        )
        orders = await connection.fetch(
            f"SELECT {ORDER} FROM orders WHERE deleted_at IS NULL"  # noqa: S608
            " ORDER BY created_at DESC, id DESC LIMIT 20"
        )
        lines = await connection.fetch(
            "SELECT * FROM order_lines WHERE order_id = ANY($1) ORDER BY position",
            [order["id"] for order in orders],
        )
    data = [body(order, lines) for order in orders]
    return answer({"data": data, "total": total, "page": 1, "per_page": 20})


async def get_order(request: Request) -> Response:
    """Return one order."""
    key = UUID(request.path_params["key"])
    async with request.app.state.pool.acquire() as connection:
        order = await connection.fetchrow(
            f"SELECT {ORDER} FROM orders WHERE id = $1 AND deleted_at IS NULL",  # noqa: S608
            key,
        )
        lines = await connection.fetch(
            "SELECT * FROM order_lines WHERE order_id = $1 ORDER BY position", key
        )
    return answer(body(order, lines))


async def create_order(request: Request) -> Response:
    """Store an order with its lines."""
    data = await request.json()
    key = uuid7()
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        order = await connection.fetchrow(
            "INSERT INTO orders (id, reference, customer, status, created_by)"  # noqa: S608
            f" VALUES ($1, $2, $3, 'draft', 'anonymous') RETURNING {ORDER}",
            key,
            data["reference"],
            data["customer"],
        )
        lines = [
            await connection.fetchrow(
                "INSERT INTO order_lines VALUES ($1, $2, $3, $4, $5::text::numeric)"
                " RETURNING *",
                key,
                position,
                line["sku"],
                line["quantity"],
                line["unit_price"],
            )
            for position, line in enumerate(data["lines"], start=1)
        ]
    return answer(body(order, lines), 201)


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/health", constant),
        Route("/api/v1/orders", list_orders),
        Route("/api/v1/orders", create_order, methods=["POST"]),
        Route("/api/v1/orders/{key}", get_order),
    ],
)
