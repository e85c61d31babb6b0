"""Where code lies, and who may call whom (LAY)."""

from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, layered
from plumb.imports import contracted
from plumb.kinds import ignored, path
from plumb.service import Service


@check("ast", "modules with routes import no database library")
def _routers_without_database(service: Service) -> Iterator[Finding]:
    for module in service.routers:
        for name, line in module.imports:
            if name.partition(".")[0] in {"sqlalchemy", "asyncpg", "psycopg"}:
                yield Finding(
                    f"imports {name}: ask a service instead", module.path, line
                )


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "LAY-01": (
        contracted(
            "Calls go from the API down to the models",
            "a layer imports only those below it",
        ).when(layered),
    ),
    "LAY-12": (path("{package}/core/config.py|{package}/config.py"),),
    "LAY-24": (path(".env.example"), ignored(".env", keeps=[".env.example"])),
    "LAY-43": (_routers_without_database,),
}
