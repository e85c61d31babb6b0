"""For each check, a project that it must not let pass; a module for each concern.

`FINDINGS` holds, for each row, one for each of its checks in their order; those that
ask for a test or an import contract are left out. `FAILURES` holds, for each test that
a row asks for, a service that fails it; `BREACHES`, for each import contract by name, a
service that breaks it.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from conformance.changes import Spoiled

FINDINGS: dict[str, tuple[Spoiled, ...]] = {}
FAILURES: dict[str, Spoiled] = {}
BREACHES: dict[str, Spoiled] = {}


def _add[T](all_of: dict[str, T], more: Mapping[str, T]) -> None:
    for name, example in more.items():
        if all_of.setdefault(name, example) is not example:
            raise ValueError(f"{name} has a counterexample elsewhere")


for _module in iter_modules(__path__):
    _examples = import_module(f"{__name__}.{_module.name}")
    _add(FINDINGS, getattr(_examples, "FINDINGS", {}))
    _add(FAILURES, getattr(_examples, "FAILURES", {}))
    _add(BREACHES, getattr(_examples, "BREACHES", {}))
