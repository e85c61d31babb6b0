"""Where data is kept, and how its schema is managed (STO)."""

import re
from collections.abc import Iterator, Mapping

from plumb.check import CannotJudgeError, Check, Finding, check
from plumb.checks.alerts import MONITORED, exporters, objectives
from plumb.kinds import path, shipped
from plumb.service import Service, last_name

OLDEST_POSTGRESQL = 16

_HISTORY = (
    "migrations|alembic|{package}/migrations|{package}/alembic|{package}/db/migrations"
)
_ASYNC = frozenset({"asyncpg", "psycopg"})
_OTHERS = frozenset(
    {"aiomysql", "aiosqlite", "asyncmy", "mysqlclient", "psycopg2", "psycopg2-binary"}
    | {"pymysql", "pymssql", "oracledb", "cx-oracle"}
)
_IMAGE = re.compile(r"(?:[\w.-]+/)*(?:postgres|postgis|pgvector)(?::([\w.-]+))?")
_USES_IMAGES = ("*compose*.y*ml", "*/*compose*.y*ml", ".github/workflows/*.y*ml")


@check("path", "git keeps the history of the schema")
def _kept(service: Service) -> Iterator[Finding]:
    for pattern in _HISTORY.split("|"):
        folder = service.resolve(pattern)
        for name in ("versions/0001_first.py", "0001_first.sql"):
            if service.has(folder) and service.ignored.match_file(f"{folder}/{name}"):
                yield Finding(f"git ignores {folder}/{name}: keep it", ".gitignore")


@check("ast", "nothing but migrations makes tables")
def _made_by_migrations(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for call in module.calls:
            names = {last_name(each) for each in [call.func, *call.args]}
            if names & {"create_all", "drop_all"} and "versions" not in module.parts:
                yield Finding(
                    "makes or drops tables past the migrations: write one",
                    module.path,
                    call.lineno,
                )


@check(
    "toml", "the drivers are asyncpg or psycopg, the migrations Alembic's or Atlas's"
)
def _drivers(service: Service) -> Iterator[Finding]:
    declared = service.requirements.keys()
    if not declared:
        raise CannotJudgeError("pyproject.toml declares no dependencies in [project]")
    if not declared & _ASYNC:
        yield Finding("depends on neither asyncpg nor psycopg", "pyproject.toml")
    for name in sorted(declared & _OTHERS):
        yield Finding(
            f"depends on {name}: use asyncpg or psycopg, and PostgreSQL in tests, too",
            "pyproject.toml",
        )
    if "alembic" not in declared and not service.has("atlas.hcl"):
        yield Finding("depends on no Alembic, nor has an atlas.hcl", "pyproject.toml")


@check("yaml", f"images of PostgreSQL have a tag, {OLDEST_POSTGRESQL} or later")
def _images(service: Service) -> Iterator[Finding]:
    for pattern in _USES_IMAGES:
        for file in service.glob(pattern):
            for number, line in enumerate(service.read(file).splitlines(), 1):
                value = line.partition("image:")[2].partition("#")[0].strip()
                image = _IMAGE.fullmatch(value.strip("\"'"))
                if image and not _is_recent(image[1]):
                    yield Finding(
                        f"{value} is not PostgreSQL {OLDEST_POSTGRESQL} or later, by an"
                        " explicit tag",
                        file,
                        number,
                    )


def _is_recent(tag: str | None) -> bool:
    major = re.search(r"(?:^|pg)(\d+)", tag or "")
    return bool(major and int(major[1]) >= OLDEST_POSTGRESQL)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "STO-03": (
        path(_HISTORY),
        _kept,
        _made_by_migrations,
        shipped(
            "tests/integration/test_migrations.py"
            "::test_migrations_make_what_the_models_say",
            "the migrations make what the models say",
        ),
    ),
    "STO-05": (_drivers, _images),
    "STO-15": (exporters.when(MONITORED), objectives.when(MONITORED)),
}
