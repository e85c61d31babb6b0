"""Services that keep their data carelessly (STO)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled, Write
from conformance.counterexamples.alerts import NO_EXPORTER, NO_OBJECTIVES

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "STO-03": (
        Spoiled(Remove("migrations"), says="migrations"),
        Spoiled(
            Edit(".gitignore", "/build/", "versions/"),
            says="git ignores migrations/versions",
        ),
        Spoiled(
            Edit(
                "{place[main]}.py",
                "        yield\n",
                "        await connection.run_sync(Base.metadata.create_all)\n"
                "        yield\n",
            ),
            says="past the migrations",
        ),
    ),
    "STO-05": (
        Spoiled(
            Edit("pyproject.toml", "asyncpg>=", "psycopg2-binary>="),
            says="depends on psycopg2-binary",
        ),
        Spoiled(
            Write("compose.yml", "services:\n  db:\n    image: postgres:latest\n"),
            says="postgres:latest is not PostgreSQL 16",
        ),
    ),
    "STO-15": (NO_EXPORTER, NO_OBJECTIVES),
}
