"""What goes wrong again and again (PIT)."""

from collections.abc import Mapping

from plumb.check import Check, check
from plumb.imports import cycles
from plumb.kinds import rules

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "PIT-01": (check("contract", "no two packages import each other")(cycles),),
    "PIT-03": (rules("B006"),),
}
