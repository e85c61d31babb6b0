"""Writes the page about who owns the files of a service, from `ownership.yml`.

    uv run python -m maintenance.ownership [--check]

With `--check` it writes nothing, and fails if the page is not what it would write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

import yaml

from maintenance.page import ROOT, deliver

MANIFEST = ROOT / "ownership.yml"
PAGE = ROOT / "docs" / "ownership.md"

COPY_ONLY = "copy-only"
SEED_ONCE = "seed-once"
CLASSES = ("template-owned", COPY_ONLY, SEED_ONCE, "shared-thin")


class ManifestError(ValueError):
    """The manifest does not say what it has to."""


@dataclass(frozen=True)
class Ownership:
    """A class of paths.

    Attributes:
        rule: what an update does to them.
        paths: for each reason the glob patterns of the paths that it holds for, in
            which `*` stands for one part of a path and `**` for any number of them.
    """

    rule: str
    paths: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, name: str, entry: object) -> Self:
        """Return the class that an entry of the manifest describes.

        Raises:
            ManifestError: it has no rule, or paths without a reason.
        """
        match entry:
            case {"rule": str(rule), "paths": dict(paths)} if all(
                isinstance(reason, str) and isinstance(patterns, list) and patterns
                for reason, patterns in paths.items()
            ):
                return cls(rule, {why: tuple(each) for why, each in paths.items()})
        raise ManifestError(
            f"ownership.yml: {name} needs a `rule`, and `paths` that list patterns "
            "below the reason why they are in this class."
        )

    def claims(self, path: str) -> bool:
        """Return whether a pattern matches a path."""
        return any(PurePosixPath(path).full_match(each) for each in self.patterns)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns, whatever their reasons."""
        return tuple(each for patterns in self.paths.values() for each in patterns)


@dataclass(frozen=True)
class Manifest:
    """The owners of generated files.

    Attributes:
        owners: each class by its name.
    """

    owners: Mapping[str, Ownership]

    @classmethod
    def read(cls, path: Path = MANIFEST) -> Self:
        """Read a manifest.

        Raises:
            ManifestError: the file holds something else than the four classes.
        """
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or set(content) != set(CLASSES):
            raise ManifestError(f"{path.name}: name exactly {', '.join(CLASSES)}.")
        return cls({name: Ownership.read(name, content[name]) for name in CLASSES})

    def classes(self, path: str) -> list[str]:
        """Return the classes that claim a path."""
        return [name for name, owner in self.owners.items() if owner.claims(path)]


def main() -> None:
    """Write the page or compare it."""
    deliver(PAGE, page(Manifest.read()), "maintenance.ownership")


def page(manifest: Manifest) -> str:
    """Return the page, as Markdown."""
    return "\n".join(_lines(manifest)) + "\n"


def _lines(manifest: Manifest) -> Iterator[str]:
    yield from (
        "# Who owns a file of a service",
        "",
        "Each path of a generated service has one owner, which decides what an update does",
        "to it. `*` stands for one part of a path, `**` for any number of parts. A path that",
        "is not here is yours alone: the template never writes it.",
        "",
        "This page is written from [ownership.yml](../ownership.yml) by",
        "`uv run python -m maintenance.ownership`; tests hold both against every",
        "combination of answers, and against what Copier does.",
        "",
        "| class | what an update does |",
        "| --- | --- |",
    )  # fmt: skip
    for name, owner in manifest.owners.items():
        yield f"| [{name}](#{name}) | {owner.rule} |"
    for name, owner in manifest.owners.items():
        yield from ("", f"## {name}", "", owner.rule)
        for reason, patterns in owner.paths.items():
            yield from ("", f"{reason}.", "")
            yield from (f"- `{pattern}`" for pattern in patterns)


if __name__ == "__main__":
    main()
