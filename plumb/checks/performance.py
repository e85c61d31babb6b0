"""What costs time and memory (PER)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.pagination import IN_PARTS, STREAMED
from plumb.commands import offers
from plumb.kinds import calls, shipped
from plumb.service import Service, last_name

LIMITS = "tests/integration/test_limits.py"
_COMPRESSION = frozenset({"GZipMiddleware", "GZipResponder", "BrotliMiddleware"})
_OUT_OF_TIME = frozenset(
    {"GATEWAY_TIMEOUT", "HTTP_504_GATEWAY_TIMEOUT", "REQUEST_TIMEOUT"}
    | {"HTTP_408_REQUEST_TIMEOUT"}
)
_READS = frozenset({"all", "execute", "fetchall", "scalars"})
_CLIENTS = frozenset({"AsyncClient", "ClientSession"})


@check("ast", "data classes have slots")
def _slots(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        for decorator in each.node.decorator_list:
            if last_name(decorator) != "dataclass":
                continue
            given = decorator.keywords if isinstance(decorator, ast.Call) else []
            if not any(
                keyword.arg == "slots" and ast.unparse(keyword.value) == "True"
                for keyword in given
            ):
                yield Finding(
                    f"{each.name} has a dictionary for each object: add slots=True",
                    each.module.path,
                    each.node.lineno,
                )


def uses(names: frozenset[str], rule: str, missing: str) -> Check:
    """Demand that the code of the service uses one of some names."""

    def judge(service: Service) -> Iterator[Finding]:
        used = {
            last_name(node)
            for module in service.modules
            for node in module.nodes
            if isinstance(node, ast.Name | ast.Attribute)
        }
        if not used & names:
            yield Finding(f"{missing}: there is none of {', '.join(sorted(names))}")

    return Check("ast", rule, judge)


COMPRESSED = (
    uses(_COMPRESSION, "a middleware compresses answers", "nothing compresses answers"),
    shipped(
        f"{LIMITS}::test_large_answer_is_compressed_for_who_accepts_it",
        "a large answer is compressed for who accepts it, a small one is not",
    ),
)


@check("ast", "a client of other services lives as long as the application")
def _one_client(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for function in module.functions:
            if any(isinstance(node, ast.Yield) for node in ast.walk(function)):
                continue
            for node in ast.walk(function):
                opened = node.items if isinstance(node, ast.AsyncWith) else []
                for call in (item.context_expr for item in opened):
                    if isinstance(call, ast.Call) and last_name(call.func) in _CLIENTS:
                        yield Finding(
                            f"{function.name} opens a connection for each call: make one"
                            " client in the lifespan",
                            module.path,
                            call.lineno,
                        )


@check("ast", "rows are filtered by the statement that reads them")
def _filtered_there(service: Service) -> Iterator[Finding]:
    for module in service.repositories:
        for node in module.nodes:
            if (
                isinstance(node, ast.comprehension)
                and node.ifs
                and any(last_name(call.func) in _READS for call in calls(node.iter))
            ):
                said = "reads rows and leaves some out: let the statement do it"
                yield Finding(said, module.path, node.target.lineno)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PER-02": (
        offers(r"py-spy record|\bcProfile\b", "profiles where the time goes"),
        offers(r"memray run", "profiles what takes memory"),
    ),
    "PER-03": (_slots,),
    "PER-04": (
        _filtered_there,
        shipped(
            "tests/e2e/test_observability.py::test_what_is_switched_off_is_not_imported",
            "what is switched off is not even imported",
        ),
    ),
    "PER-05": (IN_PARTS,),
    "PER-06": (STREAMED,),
    "PER-07": COMPRESSED,
    "PER-08": (
        uses(
            _OUT_OF_TIME,
            "requests that take too long get an answer of their own",
            "nothing says that a request took too long",
        ),
        shipped(
            f"{LIMITS}::test_request_that_takes_too_long_is_given_up",
            "a request that takes too long is answered with 504",
        ),
        shipped(
            f"{LIMITS}::test_request_has_half_a_minute_and_never_more_than_one",
            "the time is 30 seconds unless set otherwise",
        ),
    ),
    "PER-09": (
        shipped(
            f"{LIMITS}::test_request_has_half_a_minute_and_never_more_than_one",
            "no setting gives a request more than 60 seconds",
        ),
        shipped(
            f"{LIMITS}::test_body_that_does_not_come_is_given_up",
            "reading a body counts towards the time of a request",
        ),
    ),
    "PER-10": (
        _one_client,
        shipped(
            "tests/integration/test_outbound_calls.py"
            "::test_connection_is_kept_for_the_next_call",
            "three calls take one connection",
        ),
    ),
}
