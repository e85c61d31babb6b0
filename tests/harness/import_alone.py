"""Imports each module of a package in a process of its own. Run by a project's Python.

What the package needs from elsewhere is imported once, before the processes part: a
fresh interpreter for each module would take minutes.
"""

import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable


def main(package: str) -> int:
    """Import the modules of `package` and return the exit status."""
    reader, writer = os.pipe()
    if not _in_child(lambda: _write_needs(package, writer)):
        return 1
    os.close(writer)
    with os.fdopen(reader) as lines:
        modules, needs = (line.split() for line in lines)
    for name in needs:
        importlib.import_module(name)
    failed = [name for name in modules if not _in_child(_importer(name))]
    sys.stdout.write(f"{len(modules) - len(failed)} modules import alone\n")
    for name in failed:
        sys.stdout.write(f"{name} does not import alone, see above\n")
    return 1 if failed else 0


def _importer(name: str) -> Callable[[], object]:
    return lambda: importlib.import_module(name)


def _write_needs(package: str, writer: int) -> None:
    """Write the package's modules and the foreign modules that they import."""
    root = importlib.import_module(package)
    modules = [package]
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not found.name.endswith(".__main__"):
            modules.append(found.name)
            importlib.import_module(found.name)
    own = {name.partition(".")[0] for name in modules}
    needs = [
        name
        for name, module in sys.modules.items()
        if name.partition(".")[0] not in own | {"__main__", "__mp_main__"}
        and getattr(module, "__spec__", None) is not None
    ]
    with os.fdopen(writer, "w") as lines:
        lines.write(f"{' '.join(modules)}\n{' '.join(needs)}\n")


def _in_child(work: Callable[[], object]) -> bool:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - a child that raised must not go on
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
