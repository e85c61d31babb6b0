"""What an update did to a project, and to whom the files are that it did it to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import yaml

from harness.history import Project
from harness.ownership import Manifest
from harness.questionnaire import ANSWERS_FILE, public, recorded
from harness.render import ROOT, tree
from harness.team import Work
from maintenance.ownership import COPY_ONLY, SEED_ONCE


@cache
def manifest() -> Manifest:
    """Return who owns what."""
    return Manifest.read(ROOT / "ownership.yml")


def is_left(path: str) -> bool:
    """Whether an update leaves a file to the project."""
    return not {COPY_ONLY, SEED_ONCE}.isdisjoint(manifest().classes(path))


@dataclass(frozen=True)
class Update:
    """What an update did to a project.

    Attributes:
        project: the project, which has not committed it yet.
        before: its files of before.
        fresh: the files of a new project with the same answers.
        news: what the template changed, as a fresh render has it.
        work: what the team did.
    """

    project: Project
    before: Mapping[str, bytes]
    fresh: Mapping[str, bytes]
    news: Work
    work: Work

    @cached_property
    def after(self) -> dict[str, bytes]:
        """Its files now."""
        return tree(self.project.path)

    def lost(self) -> dict[str, list[str]]:
        """Return the lines of the team that are gone."""
        return self.work.lost(self.project.path)

    def returned(self) -> list[str]:
        """Return what the team removed, and the update brought again."""
        return self.work.returned(self.project.path)

    def changed_answers(self) -> dict[str, object]:
        """Return the recorded answers of before that are others now, or not there."""
        now = recorded(self.project.path)
        before = public(yaml.safe_load(self.before[ANSWERS_FILE]))
        return {
            name: answer
            for name, answer in before.items()
            if name not in now or now[name] != answer
        }

    def touched(self) -> list[str]:
        """Return the files that are left to the project, and were not left alone."""
        paths = self.before.keys() | self.after.keys()
        return [
            path
            for path in sorted(paths)
            if is_left(path) and self.before.get(path) != self.after.get(path)
        ]

    def diverged(self) -> list[str]:
        """Return the files of nobody else that are not as in a fresh project."""
        paths = (self.after.keys() | self.fresh.keys()) - self.work.touched
        return [
            path
            for path in sorted(paths)
            if not is_left(path) and self.after.get(path) != self.fresh.get(path)
        ]

    def missing(self) -> list[str]:
        """Return the lines of the template that the files of the team do not have."""
        lacking = self.news.lost(self.project.path)
        return [
            f"{path}: {line}"
            for path in sorted(lacking.keys() & self.work.added.keys())
            if not is_left(path)
            for line in lacking[path]
        ]
