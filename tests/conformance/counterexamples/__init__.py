"""For each check, a project that it must not let pass; a module for each concern.

`FINDINGS` holds, for each row, one for each of its checks in their order; those that
ask for a test or an import contract are left out.

`FAILURES` holds, for each test that rows ask for, services that fail it: `"API-12
API-25"` names the rows whose own demand such a service does not meet, so that no row
leans on a test which looks at something else. `BREACHES` does so for import contracts.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from conformance.changes import Spoiled

FINDINGS: dict[str, tuple[Spoiled, ...]] = {}
# By the row, and the test or the import contract that it asks for.
FAILURES: dict[tuple[str, str], Spoiled] = {}
BREACHES: dict[tuple[str, str], Spoiled] = {}


def _add[K, T](all_of: dict[K, T], more: Mapping[K, T]) -> None:
    for name, example in more.items():
        if all_of.setdefault(name, example) is not example:
            raise ValueError(f"{name} has a counterexample elsewhere")


def _by_row(
    examples: Mapping[str, Mapping[str, Spoiled]],
) -> Mapping[tuple[str, str], Spoiled]:
    return {
        (row, node): example
        for node, own in examples.items()
        for rows, example in own.items()
        for row in rows.split()
    }


for _module in iter_modules(__path__):
    _examples = import_module(f"{__name__}.{_module.name}")
    _add(FINDINGS, getattr(_examples, "FINDINGS", {}))
    _add(FAILURES, _by_row(getattr(_examples, "FAILURES", {})))
    _add(BREACHES, _by_row(getattr(_examples, "BREACHES", {})))
