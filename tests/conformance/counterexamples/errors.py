"""Services that say too much of their errors, or too little (ERR)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

_CARELESS = '''"""Hides what goes wrong."""

import logging

logger = logging.getLogger(__name__)


def hide(given: list[str]) -> None:
    """Hide all of it."""
    try:
        print(given)
    except Exception:
        pass
    for each in given:
        try:
            print(each)
        except Exception:
            continue
    try:
        print(given)
    except:
        print("again")
    try:
        print(given)
    except ValueError as error:
        logger.error("no value: %s", error)
'''
_HIDING = Spoiled(Write("{src}/core/added.py", _CARELESS))
_TESTS = "tests/integration/test_application.py"
_PROBLEMS = "{src}/core/problems.py"
_REFUSAL = "return problem_response(request, HTTPStatus.UNPROCESSABLE_ENTITY, problem)"
_OTHER_FORM = Spoiled(
    Edit(_PROBLEMS, _REFUSAL, 'return JSONResponse({"detail": details}, 422)'),
    says="KeyError",
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "ERR-01": (
        Spoiled(
            Edit(
                "{place[exceptions]}.py",
                "class ConflictError(AppError)",
                "class ConflictError(Exception)",
            ),
            says="ConflictError is not among the subclasses of AppError",
        ),
    ),
    "ERR-02": (
        Spoiled(
            Edit("{src}/core/security.py", "class ForbiddenError", "class NeverError"),
            says="no exception like ForbiddenError",
        ),
    ),
    "ERR-03": (
        Spoiled(
            Edit("{src}/__init__.py", "self.message = message", "pass"),
            Edit("{src}/__init__.py", "message: str", "text: str"),
            Edit("{src}/__init__.py", "__init__(message)", "__init__(text)"),
            says="AppError has no message",
        ),
    ),
    "ERR-05": (
        Spoiled(
            Edit("{place[exceptions]}.py", '"CONFLICT"', '"TAKEN"'),
            says="ConflictError does not have the code CONFLICT",
        ),
    ),
    "ERR-06": (
        Spoiled(
            Edit(
                _PROBLEMS,
                "    app.exception_handler(AppError)(answer_app_error)\n",
                "",
            ),
            says="no handler answers AppError",
        ),
    ),
    "ERR-08": (
        Spoiled(
            Edit(
                "{place[middleware]}/request_log.py",
                "except Exception as error:",
                "except OSError as error:",
            ),
            says="nothing answers unexpected errors",
        ),
    ),
    "ERR-11": (_HIDING,),
    "ERR-15": (
        Spoiled(
            Edit(
                "{place[base_repository]}.py", "except IntegrityError", "except OSError"
            ),
            says="a violated constraint is an error 500",
        ),
    ),
    "ERR-16": (_HIDING,),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_every_error_has_the_same_shape": {
        "ERR-02": Spoiled(
            Edit("{src}/core/security.py", "    status = HTTPStatus.FORBIDDEN\n", ""),
            says="errors/forbidden-403-FORBIDDEN",
        ),
        "ERR-03": Spoiled(
            Edit(
                _PROBLEMS,
                "ProblemError.model_validate(error)",
                'ProblemError(code="ERROR", message=error.message)',
            ),
            says="assert 'ERROR' == 'CONFLICT'",
        ),
        "ERR-04": Spoiled(
            Edit(
                "{place[exceptions]}.py",
                """f"{resource.replace(' ', '_').upper()}_NOT_FOUND\"""",
                '"NOT_FOUND"',
            ),
            says="assert 'NOT_FOUND' == 'TEA_POT_NOT_FOUND'",
        ),
        "ERR-05": Spoiled(
            Edit("{src}/__init__.py", '"INTERNAL_ERROR"', '"FAULT"'),
            Edit("{place[exceptions]}.py", '"CONFLICT"', '"TAKEN"'),
            Edit("{place[exceptions]}.py", '"VALIDATION_ERROR"', '"INVALID"'),
            says=("'FAULT'", "'TAKEN'", "'INVALID'"),
        ),
        "ERR-06": Spoiled(
            Edit(
                _PROBLEMS,
                "app.exception_handler(HTTPException)(_answer_http_error)",
                "pass",
            ),
            says="/nothing-404-NOT_FOUND",
        ),
        "ERR-09": Spoiled(
            Edit(
                _PROBLEMS,
                "Field(default=(), examples=[[]])",
                "Field(default=(), exclude=True)",
            ),
            says="'details'",
        ),
        "ERR-14": _OTHER_FORM,
    },
    f"{_TESTS}::test_error_is_answered_with_the_status_of_its_base": {
        "ERR-07": Spoiled(
            Edit(
                _PROBLEMS,
                "return problem_response(request, error.status, problem,",
                'status = vars(type(error)).get("status", HTTPStatus.IM_A_TEAPOT)\n'
                "    return problem_response(request, status, problem,",
            )
        )
    },
    f"{_TESTS}::test_unexpected_error_is_logged_but_not_shown": {
        "ERR-08": Spoiled(
            Edit(
                "{place[middleware]}/request_log.py",
                "if status is not None:",
                "if status is None:",
            ),
            says="RuntimeError: the secret is 42",
        ),
        "ERR-11": Spoiled(
            Edit(
                "{place[middleware]}/request_log.py",
                'logger.exception("request_failed")',
                'logger.error("request_failed")',
            ),
            says="assert None is not None",
        ),
        "ERR-12 SEC-11": Spoiled(
            Edit(_PROBLEMS, "if request.app.state.settings.debug:", "if True:"),
            says="assert '42' not in",
        ),
    },
    f"{_TESTS}::test_error_details_reach_the_client": {
        "ERR-09": Spoiled(
            Edit(
                "{src}/__init__.py", "self.details = list(details)", "self.details = []"
            )
        )
    },
    f"{_TESTS}::test_application_without_a_database_says_so": {
        "ERR-10": Spoiled(
            Edit(
                "{src}/core/database.py",
                "    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:",
                "    except LookupError as error:",
            )
        )
    },
    f"{_TESTS}::test_unexpected_error_in_debug_mode_is_shown": {
        "ERR-13": Spoiled(
            Edit(_PROBLEMS, "if request.app.state.settings.debug:", "if False:")
        )
    },
    f"{_TESTS}::test_invalid_request_does_not_echo_its_input": {
        "ERR-14": _OTHER_FORM,
        "NET-15": Spoiled(
            Edit(_PROBLEMS, _REFUSAL, "return JSONResponse({})"),
            says="assert 200 == 422",
        ),
        "SEC-11": Spoiled(
            Edit(_PROBLEMS, '"type": e["type"]}', '"type": str(e["input"])}'),
            says="hunter2",
        ),
    },
    "tests/integration/test_database.py::test_repository_maps_constraint_to_its_error": (
        {
            "ERR-15": Spoiled(
                Edit(
                    "{place[base_repository]}.py", "raise conflict() from None", "raise"
                )
            )
        }
    ),
    f"{_TESTS}::test_application_outlives_its_connections": {
        "ERR-17": Spoiled(
            Edit(
                "{src}/core/database.py",
                "connection.driver_connection.is_closed()",
                "False",
            )
        )
    },
}
