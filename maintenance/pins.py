"""Writes the lock file that the template ships, for every combination of answers.

    uv run python -m maintenance.pins            keep the pins, add what is missing
    uv run python -m maintenance.pins --upgrade  take the newest versions
    uv run python -m maintenance.pins --check    only say whether the files are current

`uv.lock.jinja` renders, for each combination, the file that uv would write;
`tested-versions.txt` lists the versions of all of them together.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from maintenance.lockfile import (
    Lock,
    Pin,
    merge,
    parse,
    pins,
    requirements,
    templated,
    union,
    unneeded,
)
from maintenance.locking import LockError, joined, lock, run_uv
from maintenance.template import PROJECT_NAME, Template

ROOT = Path(__file__).resolve().parents[1]

_LOCK_HEADER = """\
{#- Written by `uv run python -m maintenance.pins`; an edit here is lost. -#}
{%- from 'extensions/lock.jinja' import with_root -%}
"""

_TESTED_HEADER = """\
# The versions this service was tested with, of parts that are switched off too.
# To add a package at its tested version: uv add --constraints tested-versions.txt NAME
# To lock one that pyproject.toml names already: uv lock -P NAME==VERSION
"""


def write(root: Path, folder: Path, *, upgrade: bool) -> None:
    """Lock every combination and write the two files.

    Args:
        root: the template, the folder with `copier.yml`.
        folder: an existing folder for what comes up on the way.
        upgrade: whether existing pins may move.

    Raises:
        LockError: there is no lock for all combinations; the files are as before.
    """
    template = Template(root, folder)
    keep = template.lock.exists() and not upgrade
    if keep:
        template.use_lock(template.lock.read_text("utf-8"))
    projects = [template.render(index) for index in range(len(template.combinations))]
    manifests = [
        (project / "pyproject.toml").read_text("utf-8") for project in projects
    ]
    _say(
        f"{len(projects)} combinations, {len(set(manifests))} distinct sets of dependencies"
    )

    superset = folder / "superset"
    superset.mkdir()
    (superset / "pyproject.toml").write_text(joined(manifests), "utf-8")
    if keep:
        known = union((project / "uv.lock").read_text("utf-8") for project in projects)
        (superset / "uv.lock").write_text(known, "utf-8")
    run_uv(superset, "lock", *(["--upgrade"] if upgrade else []))
    everything = (superset / "uv.lock").read_text("utf-8")
    _say(f"{len(pins(everything))} packages in all")

    pruned = _prune(dict(zip(manifests, projects, strict=True)), everything)
    texts = [pruned[manifest] for manifest in manifests]
    source = _source(template, everything, texts)
    template.use_lock(source)
    for index, text in enumerate(texts):
        if (template.render(index) / "uv.lock").read_text("utf-8") != text:
            raise LockError(
                f"The lock renders wrongly with {template.describe(index)}."
            )
    template.lock.write_text(source, "utf-8")
    template.tested.write_text(
        _TESTED_HEADER + "".join(f"{line}\n" for line in requirements(everything)),
        "utf-8",
    )
    _say(
        f"{template.lock.relative_to(root)}, {template.tested.relative_to(root)} written"
    )


def _prune(projects: dict[str, Path], everything: str) -> dict[str, str]:
    """Return the lock of each `pyproject.toml`, with versions from one for all."""
    locks = {}
    for count, (manifest, project) in enumerate(projects.items(), start=1):
        (project / "uv.lock").write_text(everything, "utf-8")
        locks[manifest] = lock(project)
        if strays := pins(locks[manifest]) - pins(everything):
            raise LockError(f"uv took other versions for one combination: {strays}.")
        _say(f"{count}/{len(projects)}: {len(pins(locks[manifest]))} packages")
    return locks


def _source(template: Template, everything: str, texts: Sequence[str]) -> str:
    """Return the Jinja source of the lock file."""
    superset = parse(everything, PROJECT_NAME)
    locks: dict[str, Lock] = {text: parse(text, PROJECT_NAME) for text in set(texts)}
    distinct = [superset, *(locks[text] for text in dict.fromkeys(texts))]
    head, root, packages = (
        templated(
            [getattr(locks[text], part) for text in texts],
            merge([getattr(each, part) for each in distinct]),
            template.condition,
        )
        for part in ("head", "root", "packages")
    )
    name = '"{% endraw %}{{ project_name }}{% raw %}"'
    return (
        f"{_LOCK_HEADER}"
        f"{{%- set root -%}}\n{root.replace(f'"{PROJECT_NAME}"', name)}{{% endset -%}}\n"
        f"{{%- set packages -%}}\n{packages}{{% endset -%}}\n"
        f"{head}{{{{ with_root(project_name, root, packages) }}}}\n"
    )


def check(root: Path, folder: Path) -> list[str]:
    """Return what is not current in the two files, without changing them.

    Args:
        root: the template, the folder with `copier.yml`.
        folder: an existing folder for renders.
    """
    template = Template(root, folder)
    if missing := [
        path for path in (template.lock, template.tested) if not path.exists()
    ]:
        return [f"{path.relative_to(root)} is missing" for path in missing]
    template.use_lock(template.lock.read_text("utf-8"))
    problems = []
    seen: set[Pin] = set()
    for index in range(len(template.combinations)):
        project = template.render(index)
        text = (project / "uv.lock").read_text("utf-8")
        seen |= pins(text)
        try:
            run_uv(project, "lock", "--check", "--offline")
        except LockError as error:
            problems.append(f"with {template.describe(index)}: {error}")
        problems += [
            f"with {template.describe(index)}: nothing needs {pin.name}"
            for pin in sorted(unneeded(text, PROJECT_NAME))
        ]
    tested = set(listed_versions(template.tested.read_text("utf-8")))
    problems += [
        f"{template.tested.name}: {pin.name} {pin.version} is "
        + ("not locked anywhere" if pin in tested else "missing")
        for pin in sorted(tested ^ seen)
    ]
    return problems


def listed_versions(text: str) -> list[Pin]:
    """Read a list of tested versions."""
    lines = (line.split(" ;")[0] for line in text.splitlines())
    return [Pin(*line.split("==")) for line in lines if not line.startswith("#")]


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m maintenance.pins", description="Lock what the template ships."
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--upgrade", action="store_true", help="take the newest versions")
    mode.add_argument(
        "--check", action="store_true", help="only say whether the files are current"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pins-") as folder:
        try:
            if not options.check:
                write(ROOT, Path(folder), upgrade=options.upgrade)
                return 0
            problems = check(ROOT, Path(folder))
        except LockError as error:
            _say(str(error))
            return 1
    for problem in problems:
        _say(problem)
    if problems:
        _say("To mend it: uv run python -m maintenance.pins")
    return 1 if problems else 0


def _say(line: str) -> None:
    sys.stderr.write(f"pins: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
