"""Development, staging and production, and what is different there (ENV)."""

from collections.abc import Mapping

from plumb.check import Check
from plumb.checks.configuration import own_file
from plumb.kinds import shipped

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "ENV-01": (own_file,),
    "ENV-07": (
        shipped(
            "tests/unit/test_settings.py::test_settings_environment_has_short_names",
            "`dev`, `stage` and `prod` name environments, too, in any case",
        ),
    ),
}
