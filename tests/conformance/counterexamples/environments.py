"""Services that take all environments for one (ENV)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
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
