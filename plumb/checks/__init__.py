"""The checks of each row, a module for each concern; a new module is found by itself."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from plumb.check import Check


def _found() -> Iterator[tuple[str, tuple[Check, ...]]]:
    seen: set[str] = set()
    for module in iter_modules(__path__):
        checks = import_module(f"{__name__}.{module.name}").CHECKS
        if twice := seen & checks.keys():
            raise ValueError(f"{module.name}: {', '.join(twice)} is checked elsewhere")
        seen |= checks.keys()
        yield from checks.items()


CHECKS: Mapping[str, tuple[Check, ...]] = dict(sorted(_found()))
"""What a machine can tell of each row, by the row's id."""
