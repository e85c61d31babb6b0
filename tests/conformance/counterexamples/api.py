"""Services whose API is not as clients expect (API)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write
from conformance.counterexamples.authentication import LET_IN, TYPELESS, undeclared
from conformance.counterexamples.network import FINDINGS as NETWORK
from conformance.counterexamples.pagination import WHOLE, routes, routes_text
from conformance.counterexamples.performance import PLAIN
from conformance.counterexamples.repositories import ANY, LIVE
from conformance.counterexamples.schemas import (
    BOTH_WAYS,
    SHAPELESS_ANSWER,
    UNVALIDATED,
    WITHOUT_EXAMPLE,
)

_ROUTER = "{orders[router]}.py"
_DEPRECATION_TESTS = "tests/integration/test_deprecation.py"
_IDEMPOTENCY_TESTS = "tests/integration/test_idempotency.py"
_TESTS = "tests/integration/test_application.py"
_OPENAPI_TESTS = "tests/integration/test_openapi.py"
_ORDER_TESTS = "tests/integration/test_orders.py"


def _without(package: str) -> Spoiled:
    return Spoiled(
        Edit("pyproject.toml", f'"{package}', f'"x{package}'),
        says=f"{package} is no dependency",
    )


_BASE_REPOSITORY = "{place[base_repository]}.py"
_EXCEPTIONS = "{place[exceptions]}.py"
_PROBLEMS = "{src}/core/problems.py"
_SCHEMAS = "{orders[schemas]}.py"
_DESCRIBED = '"/openapi.json" if settings.docs_enabled else None'


def _answering(status: str, path: str, says: str) -> Spoiled:
    """Return a service whose error of this status is answered with another one."""
    wrong = Edit(path, f"status = HTTPStatus.{status}", "status = HTTPStatus.GONE")
    return Spoiled(wrong, says=says)


_UNDECLARED = Spoiled(
    Edit(
        _ROUTER,
        "raises(MISSING, OrderNotDraftError, OrderEmptyError, *STALE)",
        "raises(MISSING, *STALE)",
    ),
    Edit(
        "{accounts[router]}.py",
        "raises(MISSING, LastAdminError, OwnAccountError)",
        "raises(MISSING)",
    ),
    Edit("{sessions[router]}.py", "with suppress(NotFoundError):", "if True:"),
    says=(
        "change_role may fail by LastAdminError, and does not declare 409",
        "log_out may fail by NotFoundError, and does not declare 404",
        "place_order may fail by OrderEmptyError, and does not declare 409",
        "place_order may fail by OrderNotDraftError, and does not declare 409",
    ),
)
_UNLIMITED = Spoiled(
    Edit(
        "{place[middleware]}/rate_limit.py",
        "raises=[TooManyRequestsError]",
        "raises=[]",
    ),
    says="does not say that it may answer 429",
)
_TWO_SUCCESSES = Spoiled(
    Edit(_ROUTER, '@router.get("")', '@router.get("", responses={202: {}})'),
    says="GET /api/v1/orders has 2 successes",
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "API-01": (
        _without("fastapi"),
        Spoiled(
            Write("{src}/core/added.py", '"""Two frameworks."""\n\nimport flask\n'),
            says="imports flask",
        ),
    ),
    "API-02": (_without("uvicorn"),),
    "API-03": (
        Spoiled(
            Edit(_ROUTER, "async def get_order(", "def get_order("),
            says="get_order takes up a thread",
        ),
    ),
    "API-04": (
        Spoiled(
            Edit(
                "{place[main]}.py",
                'openapi_url="/openapi.json" if settings.docs_enabled else None,',
                "",
            ),
            says="openapi_url is served in production",
        ),
    ),
    "API-05": (
        Spoiled(
            Edit("{place[main]}.py", "        version=__version__,\n", ""),
            says="the API is without version",
        ),
    ),
    "API-06": (
        Spoiled(
            Edit(_ROUTER, '    """Return one order."""\n', ""),
            says="GET /api/v1/orders/{order_id} has no description",
        ),
        WITHOUT_EXAMPLE,
    ),
    "API-07": (
        Spoiled(
            Edit(_ROUTER, '"/{order_id}/place"', '"/{order_id}/update"'),
            says="names update",
        ),
    ),
    "API-08": (
        Spoiled(
            Edit(_ROUTER, 'prefix="/orders"', 'prefix="/order"'),
            Write(
                "{src}/api/v1/added.py",
                routes_text(
                    '@router.get("/box")\nasync def list_things() -> list[Thing]:\n'
                    '    """List them."""\n    return []\n'
                ),
            ),
            says=("order is a collection", "box is a collection"),
        ),
    ),
    "API-09": (
        routes(
            '@router.get("")\nasync def list_things(order_id: str) -> list[Thing]:\n'
            '    """List them."""\n    return []\n',
            says="GET /api/v1/things takes order_id",
        ),
    ),
    "API-10": (WHOLE,),
    "API-11": (
        Spoiled(
            Edit(_ROUTER, '@router.get("")', '@router.get("", status_code=203)'),
            says="GET /api/v1/orders answers with 203",
        ),
    ),
    "API-12": (
        Spoiled(
            Edit(_ROUTER, '"", status_code=HTTPStatus.CREATED, ', '"", '),
            says="POST /api/v1/orders does not answer 201",
        ),
    ),
    "API-13": (
        Spoiled(
            Edit(_ROUTER, "HTTPStatus.NO_CONTENT", "HTTPStatus.OK"),
            says="DELETE /api/v1/orders/{order_id} answers with 200",
        ),
    ),
    "API-15": (
        undeclared(
            "UnauthorizedError",
            says="GET /api/v1/orders does not say that it may answer 401",
        ),
    ),
    "API-16": (
        undeclared(
            "ForbiddenError",
            says="GET /api/v1/orders does not say that it may answer 403",
        ),
    ),
    "API-17": (
        Spoiled(
            Edit(_ROUTER, "raises(MISSING, ", "raises("),
            says="does not say that it may answer 404",
        ),
    ),
    "API-18": (_UNDECLARED,),
    "API-19": (
        Spoiled(
            Edit(
                "{place[main]}.py",
                '        DomainValidationError("The values lack the right form, or break a'
                ' rule."),\n',
                "",
            ),
            Edit(
                "{place[main]}.py",
                "app.include_router(api)\n",
                "app.include_router(api)\n    _quiet(app)\n",
            ),
            Edit(
                "{place[main]}.py",
                "def create_app(",
                "def _quiet(app: FastAPI) -> None:\n"
                "    for path in (document := app.openapi())['paths'].values():\n"
                "        for operation in path.values():\n"
                "            operation['responses'].pop('422', None)\n"
                "    app.openapi = lambda: document\n\n\n"
                "def create_app(",
            ),
            says="does not say that it may answer 422",
        ),
    ),
    "API-20": (_UNLIMITED,),
    "API-21": (
        Spoiled(
            Edit(
                "{place[main]}.py",
                '        AppError("The service failed; the fault is not yours."),\n',
                "",
            ),
            says="does not say that it may answer 500",
        ),
    ),
    "API-23": (_TWO_SUCCESSES, _UNDECLARED),
    "API-24": (
        routes(
            'class Trouble(Schema):\n    """Trouble."""\n\n\n'
            '@router.get("/one", responses={418: {"model": Trouble}})\n'
            'async def get_thing() -> Thing:\n    """Return it."""\n'
            "    raise NotImplementedError\n",
            says="have different forms",
        ),
    ),
    "API-25": (
        Spoiled(
            Edit(
                "{orders[schemas]}.py",
                "    created_at: datetime",
                "    created_at: str",
            ),
            says="OrderResponse.created_at is no moment",
        ),
        Spoiled(
            Write(
                "{src}/core/added.py",
                '"""Forgets the zone."""\n\nfrom datetime import datetime\n\n\n'
                "def now() -> tuple[datetime, datetime]:\n"
                '    """Return it."""\n'
                "    return datetime.now(), datetime.utcnow()\n",
            )
        ),
    ),
    "API-26": (
        Spoiled(
            Edit("{orders[schemas]}.py", "    created_by: str", "    createdBy: str"),
            says="OrderResponse.createdBy is not in snake_case",
        ),
    ),
    "API-28": (
        Spoiled(
            Edit(
                _ROUTER,
                "request: Request, response: Response\n) -> OrderResponse:",
                "request: Request, response: Response\n) -> None:",
            ),
            says="POST /api/v1/orders answers with nothing",
        ),
    ),
    "API-29": (
        Spoiled(
            Edit(
                "{orders[schemas]}.py",
                "    customer: Customer | None = None",
                "    customer: Customer | None",
            ),
            says="demands customer",
        ),
    ),
    "API-30": (
        Spoiled(
            Edit("{place[main]}.py", 'f"/api/{version}"', '"/orders-api"'),
            says="GET /orders-api/orders has no version",
        ),
    ),
    "API-32": (
        Spoiled(Remove("CHANGELOG.md"), says="CHANGELOG.md is missing"),
        Spoiled(
            Edit("README.md", "**Breaking** begins", "Something begins"),
            says="nobody reads how a change that breaks callers is marked",
        ),
    ),
    "API-33": (
        Spoiled(
            Edit("docs/extending.md", "six months before", "in time"),
            says="nobody reads how long before",
        ),
    ),
    "API-34": (
        Spoiled(
            Write("{src}/core/deprecation.py", '"""Says nothing."""\n'),
            Edit(_ROUTER, '@router.get("")', '@router.get("", deprecated=True)'),
            says="is deprecated, and no header says until when",
        ),
    ),
    "API-37": (NETWORK["NET-15"][0], UNVALIDATED),
    "API-40": (
        Spoiled(
            Edit("{idempotency[middleware]}.py", "    describe=_describe,\n", ""),
            says="POST /api/v1/accounts, for one, takes no Idempotency-Key",
        ),
    ),
    "API-41": (
        routes(
            '@router.get("/one", response_class=PlainTextResponse)\n'
            'async def get_thing() -> str:\n    """Return it."""\n    return ""\n',
            says="answers 200 with text/plain",
        ),
    ),
    "API-42": (PLAIN,),
    "API-44": (SHAPELESS_ANSWER,),
    "API-45": (
        Spoiled(
            Edit(_ROUTER, 'tags=["Orders"]', 'tags=["Orders", "Sales"]'),
            says="GET /api/v1/orders has 2 tags",
        ),
        Spoiled(
            Edit(_ROUTER, 'APIRouter(prefix="/orders", ', "APIRouter("),
            says="a router without a prefix",
        ),
    ),
    "API-47": (BOTH_WAYS,),
    "API-48": (TYPELESS,),
    "API-49": (
        Spoiled(
            Edit("pyproject.toml", "schemathesis>=", "dredd>="),
            says="schemathesis is no dependency",
        ),
    ),
    "API-50": (_TWO_SUCCESSES, LET_IN, _UNLIMITED, WHOLE),
    "API-51": (Spoiled(Remove("docs/api"), says="is missing"),),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_OPENAPI_TESTS}::test_documents_are_up_to_date": {
        "API-31": Spoiled(
            Edit(_ROUTER, '"/{order_id}/place"', '"/{order_id}/placement"'),
            says=(
                "run: uv run task docs",
                "POST /api/v1/orders/{order_id}/place is gone",
            ),
        )
    },
    f"{_OPENAPI_TESTS}::test_change_that_breaks_callers_is_named": {
        "API-31": Spoiled(
            Edit("scripts/openapi.py", 'before.get("deprecated")', "before"),
            says="POST /pots is gone",
        )
    },
    f"{_DEPRECATION_TESTS}::test_notice_of_less_than_six_months_is_refused": {
        "API-33": Spoiled(
            Edit("{src}/core/deprecation.py", "days=180", "days=30"),
            says="DID NOT RAISE",
        )
    },
    f"{_DEPRECATION_TESTS}::test_route_past_its_sunset_is_noticed": {
        "API-33": Spoiled(
            Edit(_DEPRECATION_TESTS, "days_left > 0", "days_left"), says="/gone"
        )
    },
    f"{_DEPRECATION_TESTS}::test_deprecated_route_says_when_it_goes": {
        "API-34": Spoiled(
            Edit("{place[middleware]}/deprecation.py", "layer =", "layer = None and"),
            says="/old/direct-200",
        )
    },
    f"{_DEPRECATION_TESTS}::test_second_version_stands_beside_the_first": {
        "API-35": Spoiled(
            Edit("{place[main]}.py", 'f"/api/{version}"', '"/api/v1"'),
            says="404 Not Found",
        )
    },
    f"{_IDEMPOTENCY_TESTS}::test_repeated_request_has_one_effect_and_one_answer": {
        "API-40": Spoiled(
            Edit("{idempotency[middleware]}.py", '("PATCH", "POST")', '("PUT",)'),
            says="PATCH",
        )
    },
    f"{_IDEMPOTENCY_TESTS}::test_repeated_request_by_many_at_once_has_one_effect": {
        "API-40": Spoiled(
            Edit(
                "{idempotency[middleware]}.py",
                "if not await store.lock()",
                "if await store.lock() is None",
            ),
            says="assert {200} == {200, 409}",
        )
    },
    f"{_IDEMPOTENCY_TESTS}::test_request_that_was_cut_off_can_be_repeated": {
        "API-40": Spoiled(
            Edit(
                "{place[dependencies]}.py",
                "within=within",
                "within=None",
            ),
            says="assert 1 == 0",
        )
    },
    f"{_TESTS}::test_every_error_has_the_same_shape": {
        "API-14": _answering(
            "BAD_REQUEST", "{src}/core/request_errors.py", says="bad-request-400"
        ),
        "API-17": _answering("NOT_FOUND", _EXCEPTIONS, says="missing-404"),
        "API-18": _answering("CONFLICT", _EXCEPTIONS, says="conflict-409"),
        "API-19": Spoiled(
            Edit(_PROBLEMS, "HTTPStatus.UNPROCESSABLE_ENTITY", "HTTPStatus.GONE"),
            says="/faults/guess-422",
        ),
        "API-21": Spoiled(
            Edit(
                _PROBLEMS,
                "HTTPStatus.INTERNAL_SERVER_ERROR, problem",
                "HTTPStatus.BAD_GATEWAY, problem",
            ),
            says="/faults/unexpected-500",
        ),
        "API-23": Spoiled(
            Edit(_PROBLEMS, "request, error.status,", "request, HTTPStatus.GONE,"),
            says=("unauthorized-401", "forbidden-403", "rule-422", "unknown-500"),
        ),
    },
    f"{_ORDER_TESTS}::test_create_order_with_lines_returns_it_with_its_location": {
        "API-12": Spoiled(
            Edit(_ROUTER, "HTTPStatus.CREATED", "HTTPStatus.OK"),
            says="assert 200 == 201",
        ),
        "API-25 PYV-13": Spoiled(
            Edit(_SCHEMAS, "import Field,", "import Field, PlainSerializer,"),
            Edit(
                _SCHEMAS,
                "    created_at: datetime =",
                "    created_at: Annotated[datetime, PlainSerializer(str)] =",
            ),
            says="endswith",
        ),
        "API-27": Spoiled(
            Edit(_ROUTER, 'response.headers["Location"] =', "response.charset ="),
            says="KeyError: 'location'",
        ),
        "API-28": Spoiled(
            Edit(
                _ROUTER,
                "OrderResponse.model_validate(order)",
                'OrderResponse.model_validate({**order.model_dump(), "customer": ""})',
            ),
            says="assert '' == 'Ada'",
        ),
        "SCH-16": Spoiled(
            Edit(
                _SCHEMAS,
                "    lines: tuple[OrderLine, ...]\n    created_by",
                "    lines: tuple[OrderLine, ...] = Field(exclude=True)\n    created_by",
            ),
            says="KeyError: 'lines'",
        ),
    },
    f"{_TESTS}::test_docs_are_served_outside_production_only": {
        "API-04": Spoiled(
            Edit("{place[main]}.py", _DESCRIBED, '"/openapi.json"'),
            says="assert 200 == 404",
        ),
        "DCS-15": Spoiled(
            Edit("{place[main]}.py", _DESCRIBED, "None"), says="assert 404 == 200"
        ),
    },
    f"{_TESTS}::test_answer_is_json_whatever_is_accepted": {
        "API-41": Spoiled(
            Edit(
                "{place[health]}.py",
                "async def health(request: Request) -> Health:",
                "async def health(request: Request, response: Response) -> Health:",
            ),
            Edit(
                "{place[health]}.py",
                "    build = request.app.state.settings.build\n    return Health(",
                '    response.headers["content-type"] = "application/xml"\n'
                "    build = request.app.state.settings.build\n    return Health(",
            ),
        )
    },
    f"{_ORDER_TESTS}::test_update_order_changes_what_is_sent_only": {
        "API-29": Spoiled(
            Edit(
                "{orders[service]}.py", "model_dump(exclude_unset=True)", "model_dump()"
            )
        )
    },
    f"{_ORDER_TESTS}::test_delete_order_hides_it_and_frees_its_reference": {
        "API-13": Spoiled(
            Edit(_ROUTER, "HTTPStatus.NO_CONTENT", "HTTPStatus.OK"),
            says="assert 200 == 204",
        ),
        "API-39": Spoiled(
            Edit(
                _BASE_REPOSITORY,
                LIVE,
                ANY,
            ),
            says="assert 204 == 404",
        ),
        "TST-36": Spoiled(
            Edit(_BASE_REPOSITORY, "sorted(filters)), alive]", "sorted(filters))]"),
            says="assert 1 == 0",
        ),
    },
    f"{_ORDER_TESTS}::test_create_order_with_taken_reference_is_a_conflict": {
        "API-18": Spoiled(
            Edit(
                "{orders[repository]}.py",
                '{"uq_orders_reference": ReferenceTakenError}',
                "{}",
            )
        )
    },
}
