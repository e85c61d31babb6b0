"""Services that do not say how they are (HLT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

_HEALTH = "{place[health]}.py"
_MOVED = Edit(_HEALTH, 'prefix="/health"', 'prefix="/pulse"')

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "HLT-01": (Spoiled(_MOVED, says="add GET /health"),),
    "HLT-02": (
        Spoiled(
            Edit(_HEALTH, ', responses={503: {"model": Readiness}}', ""),
            says="GET /health/ready never answers 503",
        ),
    ),
    "HLT-03": (
        Spoiled(
            Edit(_HEALTH, "    version: str", "    release: str"),
            says="no probe answers with the version",
        ),
    ),
    "HLT-06": (
        Spoiled(
            Edit(
                _HEALTH,
                "async def health(request: Request) -> Health:",
                "async def health(request: Request) -> dict[str, str]:",
            ),
            says="GET /health answers with anything",
        ),
    ),
    "HLT-07": (
        Spoiled(Edit(_HEALTH, 'tags=["Health"]', 'tags=["Orders"]'), says="told from"),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/integration/test_application.py"
    "::test_application_without_a_database_says_so": {
        "HLT-01": Spoiled(
            Edit(
                _HEALTH,
                "async def health(request: Request) -> Health:",
                "async def health(request: Request, database: DatabaseDep) -> Health:",
            ),
            Edit(
                _HEALTH,
                "    return Health(version=",
                "    await database.ping()\n    return Health(version=",
            ),
            says="assert 503 == 200",
        ),
        "HLT-02": Spoiled(
            Edit(_HEALTH, "await database.ping()", "pass"), says="assert 200 == 503"
        ),
    },
    "tests/integration/test_application.py::test_health_tells_the_version": {
        "HLT-03": Spoiled(
            Edit(_HEALTH, "Health(version=__version__", 'Health(version="1"')
        )
    },
    "tests/integration/test_application.py::test_health_tells_the_build": {
        "HLT-04": Spoiled(Edit(_HEALTH, "commit=build.commit", 'commit="unknown"'))
    },
}
