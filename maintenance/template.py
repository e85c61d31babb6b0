"""Renders what a Copier template says about a project's dependencies, and no more."""

import shutil
from pathlib import Path

import copier
import yaml

from maintenance.answers import combinations, condition, structural_questions

# Any valid name serves: the lock's template puts the answer in its place.
PROJECT_NAME = "my-service"


class Template:
    """The part of a template that decides what a project depends on.

    Attributes:
        combinations: every combination of the structural answers.
        lock: where the template of `uv.lock` belongs.
        tested: where the list of tested versions belongs.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        """Copy that part of the template.

        Args:
            root: the folder with `copier.yml`.
            folder: an existing folder for the copy and for renders.
        """
        questionnaire = root / "copier.yml"
        subdirectory = yaml.safe_load(questionnaire.read_text("utf-8"))["_subdirectory"]
        self.lock = root / subdirectory / "uv.lock.jinja"
        self.tested = root / subdirectory / "tested-versions.txt"
        self._questions = structural_questions(questionnaire)
        self.combinations = combinations(self._questions)
        self._renders = folder / "renders"
        self._copy = folder / "template"
        self._files = self._copy / subdirectory
        self._files.mkdir(parents=True)
        shutil.copy(questionnaire, self._copy)
        if (root / "extensions").is_dir():
            shutil.copytree(root / "extensions", self._copy / "extensions")
        shutil.copy(root / subdirectory / "pyproject.toml.jinja", self._files)

    def use_lock(self, source: str) -> None:
        """Let later renders have a `uv.lock` made from this Jinja source."""
        (self._files / self.lock.name).write_text(source, "utf-8")

    def render(self, index: int) -> Path:
        """Render a combination through Copier.

        Args:
            index: which one of `combinations`.

        Returns:
            The project's folder.
        """
        project = self._renders / str(index)
        copier.run_copy(
            str(self._copy),
            project,
            data={"project_name": PROJECT_NAME, **self.combinations[index]},
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=False,
        )
        return project

    def condition(self, indices: frozenset[int]) -> str:
        """Return the Jinja expression that is true for these combinations only."""
        return condition(self._questions, self.combinations, indices)

    def describe(self, index: int) -> str:
        """Return a combination as options of `copier copy`."""
        answers = self.combinations[index].items()
        return " ".join(f"-d {name}={str(value).lower()}" for name, value in answers)
