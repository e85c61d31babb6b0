"""Development, staging and production, and what is different there (ENV)."""

import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.configuration import own_file
from plumb.kinds import ignored, shipped
from plumb.options import example
from plumb.service import Service

# For a developer's machine there is the one that shows all variables.
_OTHERS = {"staging": ("staging", "stage"), "production": ("production", "prod")}
_DATABASE = re.compile(
    r"^#? ?(?:DATABASE|DB|POSTGRES)_(?:URL|URI|DSN|NAME|DB)=(.+)", re.M
)


def _examples(service: Service) -> Mapping[str, str]:
    """Return the path of the example of each environment; empty if there is none."""
    found = {
        name: next(
            (
                path
                for each in spellings
                for path in (f".env.{each}.example", f".env.example.{each}")
                if service.has(path)
            ),
            "",
        )
        for name, spellings in _OTHERS.items()
    }
    return {"development": example(service), **found}


@check("path", "development, staging and production have examples of env files")
def _shown(service: Service) -> Iterator[Finding]:
    for name, path in _examples(service).items():
        if not service.has(path):
            yield Finding(f"nothing shows the env file of {name}")
        elif service.ignored.match_file(path):
            yield Finding("git ignores it, and it is to be kept", path)


@check("text", "the example of each environment names another database")
def _own_database(service: Service) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for path in filter(service.has, _examples(service).values()):
        address = _DATABASE.search(service.read(path))
        if address is None:
            yield Finding("names no database", path)
        elif other := seen.get(address[1].strip()):
            yield Finding(f"names the same database as {other}", path)
        else:
            seen[address[1].strip()] = path


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "ENV-01": (own_file,),
    "ENV-02": (
        _shown,
        own_file,
        ignored(".env", ".env.staging", ".env.prod", keeps=[".env.example"]),
    ),
    "ENV-04": (
        _own_database,
        shipped(
            "tests/unit/test_settings.py"
            "::test_examples_of_environments_name_different_databases",
            "settings are read from each example, and the databases differ",
        ),
    ),
    "ENV-06": (
        shipped(
            "tests/integration/test_flags.py::test_routes_ask_whether_a_flag_is_on",
            "a setting says for how many a flag is on, and routes ask",
        ),
        shipped(
            "tests/integration/test_flags.py"
            "::test_whoever_has_a_flag_keeps_it_while_others_follow",
            "more and more have a flag, and nobody loses it meanwhile",
        ),
    ),
    "ENV-07": (
        shipped(
            "tests/unit/test_settings.py::test_settings_environment_has_short_names",
            "`dev`, `stage` and `prod` name environments, too, in any case",
        ),
    ),
}
