"""What goes wrong again and again (PIT)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.concurrency import no_loop_in_a_loop, not_blocking
from plumb.checks.security import CHECKS as SECURITY
from plumb.imports import cycles
from plumb.kinds import calls, rules
from plumb.roles import resource_routers
from plumb.roles import routes as routes_of
from plumb.service import Service, assigned, last_name

_MOST_STATEMENTS = 10
_RESOURCES = frozenset(
    {"AsyncClient", "Client", "ClientSession", "Redis", "async_sessionmaker"}
    | {"create_async_engine", "create_engine", "from_url", "get_settings"}
    | {"load_settings", "scoped_session", "sessionmaker"}
)


@check("ast", "routes neither decide nor loop, and are short")
def _no_rules_in_routes(service: Service) -> Iterator[Finding]:
    deciding = ast.If | ast.IfExp | ast.Match | ast.For | ast.AsyncFor | ast.While
    for module in resource_routers(service):
        for route in routes_of(module):
            statements = [
                node for node in ast.walk(route) if isinstance(node, ast.stmt)
            ]
            found = [node for node in ast.walk(route) if isinstance(node, deciding)]
            if found or len(statements) - 1 > _MOST_STATEMENTS:
                line = found[0].lineno if found else route.lineno
                yield Finding(
                    f"{route.name} decides by itself: move the rule into a service",
                    module.path,
                    line,
                )


@check("ast", "no resource, setting or collection that changes lives in a module")
def _no_global_state(service: Service) -> Iterator[Finding]:
    settings = {each.name for each in service.subclasses("BaseSettings")}
    for module in service.modules:
        for node in module.nodes:
            if isinstance(node, ast.Global):
                yield Finding(
                    f"changes {', '.join(node.names)} of the module: keep it in an"
                    " object that is handed on",
                    module.path,
                    node.lineno,
                )
        for item in module.tree.body:
            for call in calls(item) if assigned(item) else ():
                if last_name(call.func) in _RESOURCES | settings:
                    yield Finding(
                        f"{last_name(call.func)} runs when the module is imported: make"
                        " it in the application's lifespan",
                        module.path,
                        item.lineno,
                    )
            value = getattr(item, "value", None)
            if isinstance(value, ast.Dict | ast.List | ast.Set):
                for name in assigned(item):
                    if not name.strip("_").isupper() and not name.startswith("__"):
                        yield Finding(
                            f"{name} can be changed from everywhere: hand it on, or"
                            " name it as the constant that it is",
                            module.path,
                            item.lineno,
                        )


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PIT-01": (check("contract", "no two packages import each other")(cycles),),
    "PIT-02": (_no_rules_in_routes,),
    "PIT-03": (rules("B006"),),
    "PIT-04": (not_blocking,),
    "PIT-05": (_no_global_state,),
    "PIT-06": (*SECURITY["SEC-01"], *SECURITY["SEC-02"]),
    "PIT-07": (no_loop_in_a_loop,),
}
