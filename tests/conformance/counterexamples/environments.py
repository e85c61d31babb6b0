"""Services that take all environments for one (ENV)."""

from collections.abc import Mapping

from conformance.changes import Edit, Remove, Spoiled

_STAGING = ".env.staging.example"
_PRODUCTION = ".env.prod.example"

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "ENV-02": (
        Spoiled(
            Remove(_STAGING),
            Edit(".gitignore", "!.env.*.example\n", ""),
            says=("shows the env file of staging", f"{_PRODUCTION}: git ignores it"),
        ),
        Spoiled(Edit(".gitignore", "\n.env.*\n", "\n"), says="not ignore .env.staging"),
    ),
    "ENV-04": (
        Spoiled(
            Edit(_STAGING, "database.staging.example.com", "database.example.com"),
            Edit(
                _STAGING, "_staging?sslmode=require", "_production?sslmode=verify-full"
            ),
            Edit(".env.example", "DATABASE_URL=", "DATA="),
            says=(f"names the same database as {_STAGING}", "names no database"),
        ),
    ),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/unit/test_settings.py"
    "::test_examples_of_environments_name_different_databases": {
        "ENV-04": Spoiled(
            Edit(_STAGING, "/acme_staging?", "/acme_production?"), says="assert 2 == 3"
        )
    },
    "tests/integration/test_flags.py::test_routes_ask_whether_a_flag_is_on": {
        "ENV-06": Spoiled(
            Edit(
                "{place[dependencies]}.py",
                "= request.app.state.settings.flag",
                "= FlagSettings()",
            ),
            says="assert [100, 100, ",
        )
    },
    "tests/integration/test_flags.py"
    "::test_whoever_has_a_flag_keeps_it_while_others_follow": {
        "ENV-06": Spoiled(
            Edit(
                "{src}/core/flag_settings.py",
                'f"{flag} {subject}"',
                'f"{flag} {subject} {self.rollouts}"',
            )
        )
    },
    "tests/unit/test_settings.py::test_settings_environment_has_short_names": {
        "ENV-07": Spoiled(
            Edit(
                "{src}/core/config.py",
                '"prod": cls.PRODUCTION',
                '"live": cls.PRODUCTION',
            )
        )
    },
}
