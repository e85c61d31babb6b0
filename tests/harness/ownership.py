"""Who owns a generated file: the manifest `ownership.yml`, and what Copier does."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from copier._main import Worker, as_operation

from harness.answers import Answers
from maintenance.ownership import CLASSES, COPY_ONLY, SEED_ONCE, ManifestError
from maintenance.ownership import Manifest as _Manifest

__all__ = ["CLASSES", "Manifest", "ManifestError"]


class Manifest(_Manifest):
    """The owners of generated files, held against what is generated."""

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
            for name, owner in self.owners.items()
            for pattern in owner.patterns
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
