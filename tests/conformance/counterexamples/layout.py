"""Services whose code lies in the wrong place (LAY)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write
from conformance.counterexamples.database import UNFINISHED

DOMAIN = {"layout": "domain"}
SERVICE = "{orders[service]}.py"
ROUTER = "{orders[router]}.py"
ROUTES = """\
from fastapi import APIRouter

router = APIRouter()


@router.get("")
async def find() -> None:
"""
TABLE = 'class Lost(Base):\n    __tablename__ = "lost"\n\n\n'
CORE = "{src}/core/added.py"
CALLS_NONE = Spoiled(
    Write("{src}/api/v1/added.py", f"{ROUTES}    pass\n"), says="call no service"
)
TICKETS = Write("{src}/tickets/__init__.py", "")


def _tables_import(name: str) -> Edit:
    docstring = '"""The tables of orders."""\n'
    return Edit("{orders[models]}.py", docstring, f"{docstring}\nimport {name}\n")


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "LAY-01": (
        Spoiled(_tables_import("acme.services.order_service"), says="a layer above"),
    ),
    "LAY-02": (
        Spoiled(
            Remove("{orders[repository]}.py"), says="no repository.py", answers=DOMAIN
        ),
        Spoiled(
            _tables_import("acme.orders.router"), says="a layer above", answers=DOMAIN
        ),
    ),
    "LAY-03": (
        Spoiled(
            TICKETS,
            Write("{src}/tickets/service.py", "import acme.orders.repository\n"),
            says="an internal of orders",
            answers=DOMAIN,
        ),
        Spoiled(
            Edit(
                "{src}/core/logging.py",
                "import logging\n",
                "import acme.cli\nimport logging\n",
            ),
            says="a circle",
            answers=DOMAIN,
        ),
    ),
    "LAY-04": (Spoiled(Remove("{src}/core/__init__.py"), says="no __init__.py"),),
    "LAY-05": (Spoiled(Remove("{src}/schemas"), says="src/acme/schemas is missing"),),
    "LAY-06": (
        Spoiled(
            Edit(
                ROUTER, "router = APIRouter(", "more = APIRouter()\nrouter = APIRouter("
            ),
            says="makes 2 routers",
        ),
    ),
    "LAY-07": (
        Spoiled(Remove("{place[dependencies]}.py"), says="dependencies.py"),
        Spoiled(
            Remove("{orders[dependencies]}.py"),
            says="no dependencies.py",
            answers=DOMAIN,
        ),
    ),
    "LAY-08": (
        Spoiled(
            Edit(
                SERVICE,
                "class OrderService:",
                "class TicketService:\n    pass\n\n\nclass OrderService:",
            ),
            says="a second service",
        ),
        CALLS_NONE,
    ),
    "LAY-09": (
        Spoiled(
            Edit("{orders[repository]}.py", "(BaseRepository[OrderModel, Order])", ""),
            says="does not descend",
        ),
    ),
    "LAY-10": (Spoiled(Write(CORE, TABLE), says="outside of the models' place"),),
    "LAY-11": (
        Spoiled(
            Edit(
                "{orders[models]}.py",
                "class OrderModel(Record):",
                "class Order(BaseModel):\n    name: str\n\n\nclass OrderModel(Record):",
            ),
            says="among columns and tables",
        ),
    ),
    "LAY-12": (
        Spoiled(Remove("{src}/core/config.py"), says="core/config.py"),
        Spoiled(Write(CORE, "class Mine(BaseSettings):\n    pass\n"), says="of config"),
    ),
    "LAY-13": (Spoiled(Remove("{src}/core/security.py"), says="core/security.py"),),
    "LAY-14": (
        Spoiled(Remove("{src}/core/database.py"), says="core/database.py"),
        Spoiled(
            Edit(
                "{src}/core/database.py",
                "class Database:",
                f"{TABLE}class Database:",
            ),
            says="the model Lost beside the engine",
        ),
    ),
    "LAY-15": (
        Spoiled(Remove("{src}/core/logging.py"), says="core/log"),
        Spoiled(
            Edit("{src}/cli.py", "configure_logging(get_settings().log)", "print()"),
            Edit(
                "{src}/cli.py",
                "    uvicorn.run(",
                "    configure_logging(get_settings().log)\n    uvicorn.run(",
            ),
            says="makes a Typer",
        ),
    ),
    "LAY-16": (
        Spoiled(Remove("{place[exceptions]}.py"), says="exceptions.py"),
        Spoiled(
            Write("{place[exceptions]}.py", '"""Errors."""\n'),
            says="defines no exception",
        ),
    ),
    "LAY-17": (Spoiled(Remove("{place[middleware]}"), says="middleware"),),
    "LAY-19": (
        Spoiled(
            Edit("{place[main]}.py", "lifespan=lifespan,", ""),
            says="without a lifespan",
        ),
    ),
    "LAY-20": (Spoiled(Remove("migrations"), says="migrations"),),
    "LAY-21": (Spoiled(Remove("tests/e2e"), says="tests/e2e"),),
    "LAY-22": (
        Spoiled(Remove("docs"), says="docs"),
        Spoiled(
            Edit("docs/extending.md", "```mermaid", "```text"), says="holds no diagram"
        ),
    ),
    "LAY-23": (Spoiled(Edit(".gitignore", "/logs/\n", ""), says="logs/app.log"),),
    "LAY-24": (
        Spoiled(Remove(".env.example"), says=".env.example"),
        Spoiled(Edit(".gitignore", ".env", "env"), says="ignore .env"),
    ),
    "LAY-25": (
        Spoiled(
            Edit(".gitignore", "__pycache__/\n", ""),
            Edit(".gitignore", "/coverage.xml\n", ""),
            Edit(".gitignore", "*.swp\n", ""),
            says=("__pycache__", "coverage.xml", ".swp"),
        ),
    ),
    "LAY-26": (
        Spoiled(
            Edit(".pre-commit-config.yaml", "- id: ruff-check", "- key: ruff-check"),
            says="each by its id",
        ),
    ),
    "LAY-27": (Spoiled(Remove("alembic.ini"), says="alembic.ini"),),
    "LAY-28": (
        Spoiled(
            Edit("pyproject.toml", 'name = "acme-orders"', 'title = "acme-orders"'),
            says="project.name",
        ),
        Spoiled(Edit("pyproject.toml", "[tool.", "[tools."), says="tool configures"),
    ),
    "LAY-29": (
        Spoiled(Remove("uv.lock"), says="uv.lock"),
        Spoiled(
            Edit("pyproject.toml", '"typer>=', '"httpx>=1",\n    "typer>=99,>='),
            says=("does not know httpx", "before typer>=99"),
        ),
    ),
    "LAY-30": (Spoiled(Remove("README.md"), says="README.md"),),
    "LAY-31": (Spoiled(Remove("LICENSE"), says="LICENSE"),),
    "LAY-32": (
        Spoiled(Remove("{src}/shared"), says="shared", answers=DOMAIN),
        Spoiled(
            Write("{src}/shared/added.py", f"{ROUTES}    pass\n"),
            says="holds routes",
            answers=DOMAIN,
        ),
    ),
    "LAY-34": (Spoiled(Remove("scripts"), says="scripts"),),
    "LAY-35": (Spoiled(Remove(".github/workflows"), says=".github/workflows"),),
    "LAY-38": (
        Spoiled(Write(CORE, "class LostService:\n    pass\n"), says="LostService"),
        Spoiled(
            TICKETS,
            Write("{src}/tickets/router.py", f"{ROUTES}    pass\n"),
            says="beside layers",
        ),
        Spoiled(
            Write("{src}/services/billing_service.py", ""),
            says="src/acme/services: is a package by layer",
            answers=DOMAIN,
        ),
    ),
    "LAY-40": (
        Spoiled(
            Edit(
                "{orders[schemas]}.py",
                "class OrderCreate(Schema):",
                "class Order(Schema):\n    pass\n\n\nclass OrderCreate(Schema):",
            ),
            says="the entity Order",
        ),
    ),
    "LAY-41": (
        Spoiled(
            Edit(
                ROUTER,
                "await service.delete(order_id, precondition)",
                "await gather(service.get(order_id), service.delete(order_id))",
            ),
            says="a second call",
        ),
    ),
    "LAY-42": (
        Spoiled(
            Edit(
                ROUTER,
                "from fastapi",
                "import acme.repositories.order_repository\nfrom fastapi",
            ),
            says="order_repository: ask a service",
        ),
    ),
    "LAY-43": (
        Spoiled(
            Edit(ROUTER, "from fastapi", "import sqlalchemy\nfrom fastapi"),
            says="sqlalchemy",
        ),
    ),
    "LAY-44": (
        Spoiled(
            Write(
                "{src}/api/v1/added.py",
                ROUTES
                + "".join(f"    if {n}:\n        print({n})\n" for n in range(6)),
            ),
            says="find",
        ),
    ),
    "LAY-45": (
        Spoiled(
            Edit(
                ROUTER,
                '"/{order_id}", responses=raises(MISSING) | NOT_MODIFIED',
                '"/{order_id}", response_model=None',
            ),
            says="GET /api/v1/orders/{order_id} has no schema",
        ),
    ),
    "LAY-46": (
        Spoiled(
            Write("{src}/services/added.py", "def refund() -> None:\n    pass\n"),
            says="refund is a loose function",
        ),
    ),
    "LAY-47": (
        Spoiled(
            Edit(
                ROUTER,
                "await service.delete(order_id, precondition)",
                "if service:\n        raise ConflictError",
            ),
            says="delete_order raises",
        ),
    ),
    "LAY-50": (
        Spoiled(
            Edit(
                "{orders[repository]}.py",
                "return await self._page(",
                "await self._session.commit()\n        return await self._page(",
            ),
            says="calls commit()",
        ),
        Spoiled(
            Edit(SERVICE, "        await self._uow.commit()\n", ""),
            UNFINISHED,
            says=tuple(
                f"{name}() and never commits"
                for name in (
                    "begin calls create",
                    "create calls create",
                    "update calls update",
                    "place calls update",
                    "delete calls delete",
                )
            ),
        ),
    ),
    "LAY-51": (
        Spoiled(
            Edit(
                SERVICE,
                "        self,\n"
                "        uow: UnitOfWork,\n"
                "        principal: Principal,\n"
                "        cache: Cache,\n"
                "        outbox: OutboxService,\n",
                "        self,\n",
            ),
            says="is given nothing",
        ),
        CALLS_NONE,
    ),
    "LAY-52": (
        Spoiled(
            Edit(
                SERVICE,
                "import logging\n",
                "import logging\nfrom http import HTTPStatus\n\nimport fastapi\n",
            ),
            says=("imports fastapi", "imports http.HTTPStatus"),
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/integration/test_orders.py::test_place_order_without_lines_is_a_conflict": {
        "LAY-47": Spoiled(
            Edit(SERVICE, "if not draft.lines:", "if draft.lines is None:")
        )
    },
}
BREACHES: Mapping[str, Mapping[str, Spoiled]] = {
    "Calls go from the API down to the models": {
        "LAY-01 PAT-05": Spoiled(
            Write("{src}/models/added.py", "import acme.services\n")
        )
    },
    "Inside a domain, calls go from the router down to the models": {
        "LAY-02 PAT-05": Spoiled(_tables_import("acme.orders.router"), answers=DOMAIN)
    },
    "Domains do not depend on each other in circles": {
        "LAY-03": Spoiled(
            TICKETS,
            Write("{src}/tickets/service.py", "import acme.orders.service\n"),
            Edit(
                SERVICE,
                "import logging\n",
                "import logging\nimport acme.tickets.service\n",
            ),
            answers=DOMAIN,
        )
    },
    "What domains share knows no domain": {
        "LAY-32": Spoiled(
            Write("{src}/shared/added.py", "import acme.orders.service\n"),
            answers=DOMAIN,
        )
    },
    "Routers know no database": {
        "LAY-42 PAT-15": Spoiled(
            Write("{src}/api/v1/added.py", "import acme.repositories\n"),
            says="acme.api.v1.added -> acme.repositories",
        ),
        "LAY-43": Spoiled(
            Write("{src}/api/v1/added.py", "import sqlalchemy\n"),
            says="acme.api.v1.added -> sqlalchemy",
        ),
    },
    "Services know neither HTTP nor SQL": {
        "LAY-52": Spoiled(
            Write("{src}/services/added.py", "import fastapi\n"),
            says="acme.services.added -> fastapi",
        ),
        "DIN-06 PAT-11 PAT-15 REP-01": Spoiled(
            Write("{src}/services/added.py", "import sqlalchemy\n"),
            says="acme.services.added -> sqlalchemy",
        ),
    },
}
