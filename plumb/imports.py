"""Who imports whom in a service, and the contracts that keep it in order."""

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import grimp
from grimp.exceptions import GrimpException

from plumb.check import CannotJudgeError, Check, Finding
from plumb.service import Service, table, within


@lru_cache(maxsize=4)
def graph(service: Service) -> grimp.ImportGraph:
    """Return the graph of the package's imports.

    Raises:
        CannotJudgeError: the package cannot be found as one.
    """
    name = service.package
    named = [name_ for module in service.modules for name_, _ in module.imports]
    if len(service.modules) > 1 and not any(within(each, [name]) for each in named):
        raise CannotJudgeError(f"no import names the package {name}")
    folder = str(service.source.parent)
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        spec = find_spec(name)
        found = [*(spec.submodule_search_locations or [])] if spec else []
        if str(service.source) not in found:
            raise CannotJudgeError(f"another package is installed as {name} here")
        return grimp.build_graph(name, include_external_packages=True, cache_dir=None)
    except GrimpException as error:
        said = f"{type(error).__name__} {error}".strip()
        raise CannotJudgeError(f"the imports cannot be followed: {said}") from error
    finally:
        sys.path.remove(folder)


def forbidden(
    service: Service, sources: Sequence[str], targets: Sequence[str]
) -> Iterator[Finding]:
    """Yield each direct import of one of the targets by one of the sources.

    Args:
        service: the service.
        sources: modules by their full names; what lies below them counts, too.
        targets: modules or packages of others, likewise.
    """
    imports = graph(service)
    for module in sorted(imports.modules):
        if not within(module, sources):
            continue
        for imported in sorted(imports.find_modules_directly_imported_by(module)):
            if within(imported, targets) and not within(imported, [module]):
                line = _line(imports, module, imported)
                yield Finding(f"imports {imported}", _path(service, module), line)


def cycles(service: Service) -> Iterator[Finding]:
    """Yield each import between packages of one level that closes a circle."""
    imports = graph(service)
    for package in sorted({m.rpartition(".")[0] or m for m in imports.modules}):
        if not within(package, [service.package]) or package not in imports.modules:
            continue
        for importer, imported in sorted(imports.nominate_cycle_breakers(package)):
            yield Finding(
                f"imports {imported}, which leads back here: a circle",
                _path(service, importer),
                _line(imports, importer, imported),
            )


def contracts(service: Service) -> list[Mapping[str, Any]]:
    """Return the import contracts that the service's own gate checks."""
    settings = table(service.manifest, "tool", "importlinter")
    return list(map(table, settings.get("contracts", [])))


def contracted(name: str, rule: str) -> Check:
    """Demand an import contract by its name; the service's own gate checks it."""

    def judge(service: Service) -> Iterator[Finding]:
        if not service.generated:
            raise CannotJudgeError(f"only a contract can show that {rule}")
        own = [each for each in contracts(service) if each.get("name") == name]
        if not own:
            yield Finding(f"there is no import contract {name!r}", "pyproject.toml")
        elif own[0].get("ignore_imports"):
            yield Finding(f"{name!r} has exceptions: {rule}", "pyproject.toml")

    said = f'the import contract "{name}" holds: {rule}'
    return Check("contract", said, judge, node=name)


def _path(service: Service, module: str) -> str:
    return next((m.path for m in service.modules if m.name == module), module)


def _line(imports: grimp.ImportGraph, importer: str, imported: str) -> int:
    details = imports.get_import_details(importer=importer, imported=imported)
    return min((each["line_number"] for each in details), default=0)
