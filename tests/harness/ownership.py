"""Who owns a generated file: the manifest `ownership.yml`, and what Copier does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

import yaml
from copier._main import Worker, as_operation

from harness.answers import Answers

COPY_ONLY = "copy-only"
SEED_ONCE = "seed-once"
CLASSES = ("template-owned", COPY_ONLY, SEED_ONCE, "shared-thin")


class ManifestError(ValueError):
    """The manifest does not say what it has to."""


@dataclass(frozen=True)
class Manifest:
    """The owners of generated files.

    Attributes:
        patterns: for each class the glob patterns of its paths in the project, in
            which `*` stands for one part of a path and `**` for any number of them.
    """

    patterns: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest.

        Raises:
            ManifestError: the file holds something else than the four classes.
        """
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or set(content) != set(CLASSES):
            raise ManifestError(f"{path.name}: name exactly {', '.join(CLASSES)}.")
        return cls({name: tuple(content[name] or ()) for name in CLASSES})

    def classes(self, path: str) -> list[str]:
        """Return the classes that claim a path."""
        return [
            name
            for name, patterns in self.patterns.items()
            if any(PurePosixPath(path).full_match(pattern) for pattern in patterns)
        ]

    def findings(self, paths: Iterable[str]) -> list[str]:
        """Return which paths do not have exactly one class."""
        return [
            f"{path}: {' and '.join(found) or 'no class'}; "
            "name each path under one class in ownership.yml"
            for path in paths
            if len(found := self.classes(path)) != 1
        ]

    def unused(self, paths: Iterable[str]) -> list[str]:
        """Return the patterns that match none of the paths."""
        known = [PurePosixPath(path) for path in paths]
        return [
            f"{name}: {pattern!r} matches no generated path"
            for name, patterns in self.patterns.items()
            for pattern in patterns
            if not any(path.full_match(pattern) for path in known)
        ]

    def disagreements(
        self, source: Path, answers: Answers, paths: Sequence[str]
    ) -> list[str]:
        """Return where `copier.yml` does otherwise than the manifest says.

        Args:
            source: a template folder that is no git repository.
            answers: the answers of a project.
            paths: the project's paths.
        """
        excluded, skipped = _update_rules(source, answers, paths)
        rules = (
            (COPY_ONLY, excluded, "`_exclude` on update"),
            (SEED_ONCE, skipped, "`_skip_if_exists`"),
        )
        found = []
        for name, matched, setting in rules:
            claimed = {path for path in paths if name in self.classes(path)}
            found += [
                f"{path}: {name}, but no {setting} of copier.yml matches it"
                for path in sorted(claimed - matched)
            ]
            found += [
                f"{path}: matched by {setting} of copier.yml, but not {name}"
                for path in sorted(matched - claimed)
            ]
        return found


@as_operation("update")
def _update_rules(
    source: Path, answers: Answers, paths: Sequence[str]
) -> tuple[set[str], set[str]]:
    """Return which paths an update excludes, and which it skips when they exist."""
    worker = Worker(
        src_path=str(source),
        dst_path=Path("service"),
        data=dict(answers),
        defaults=True,
        quiet=True,
    )
    worker._ask()
    return (
        {path for path in paths if worker.match_exclude(Path(path))},
        {path for path in paths if worker.match_skip(Path(path))},
    )
