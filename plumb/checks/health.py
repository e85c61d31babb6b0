"""How a service says that it lives, and that it can work (HLT)."""

from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding
from plumb.checks.resilience import without_redis
from plumb.description import Document, Operation, described, properties
from plumb.kinds import openapi, shipped

_ALIVE = frozenset({"/health", "/healthz", "/live", "/livez", "/health/live"})
_READY = frozenset({"/ready", "/readyz", "/health/ready"})
_TAGS = frozenset(
    {"health", "internal", "meta", "monitoring", "operations", "ops", "system"}
)
_TESTS = "tests/integration/test_application.py"


def _probes(document: Document, addresses: frozenset[str]) -> list[Operation]:
    return [
        each
        for each in described(document)
        if each.address in addresses and each.method == "get"
    ]


@openapi("an address tells whether the process lives, and always answers 200")
def _alive(document: Document) -> Iterator[Finding]:
    found = _probes(document, _ALIVE)
    if not found:
        yield Finding("nothing tells whether the process lives: add GET /health")
    for each in found:
        failing = [status for status in each.statuses if not status.startswith("2")]
        if failing:
            yield Finding(f"{each} may answer {', '.join(failing)}: leave it at 200")


@openapi("an address tells whether the service can work, and answers 503 if not")
def _ready(document: Document) -> Iterator[Finding]:
    found = _probes(document, _READY)
    if not found:
        yield Finding(
            "nothing tells whether the service can work: add GET /health/ready"
        )
    for each in found:
        if "503" not in each.statuses:
            yield Finding(f"{each} never answers 503: say what is out of reach")


@openapi("the answer of a probe names the version")
def _version(document: Document) -> Iterator[Finding]:
    found = _probes(document, _ALIVE)
    if not any("version" in properties(document, each.result) for each in found):
        yield Finding("no probe answers with the version")


@openapi("the answers of probes have a schema")
def _typed(document: Document) -> Iterator[Finding]:
    for each in _probes(document, _ALIVE | _READY):
        if not properties(document, each.result):
            yield Finding(f"{each} answers with anything: return a schema")


@openapi("probes have a tag of their own")
def _tagged(document: Document) -> Iterator[Finding]:
    for each in _probes(document, _ALIVE | _READY):
        tags = {tag.lower() for tag in each.part.get("tags", ())}
        if not tags & _TAGS:
            yield Finding(f"{each} is not told from the API: tag it Health or System")


_without_a_database = shipped(
    f"{_TESTS}::test_application_without_a_database_says_so",
    "without a database the process lives, and is not ready",
)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "HLT-01": (_alive, _without_a_database),
    "HLT-02": (_ready, _without_a_database),
    "HLT-03": (
        _version,
        shipped(
            f"{_TESTS}::test_health_tells_the_version",
            "the version is the package's",
        ),
    ),
    "HLT-04": (
        shipped(
            f"{_TESTS}::test_health_tells_the_build",
            "commit and time are those of `BUILD_COMMIT` and `BUILD_TIME`",
        ),
    ),
    "HLT-05": (without_redis,),
    "HLT-06": (_typed,),
    "HLT-07": (_tagged,),
}
