"""Renders what a Copier template says about a project's dependencies, and no more."""

import shutil
from pathlib import Path

import copier

from maintenance.conditions import condition
from maintenance.questionnaire import Answers, Questionnaire, every, text

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
        self.lock = root / "template" / "uv.lock.jinja"
        self.tested = root / "template" / "tested-versions.txt"
        self._factors = Questionnaire.read(root).structural
        self.combinations = every(self._factors)
        self._renders = folder / "renders"
        self._copy = folder / "template"
        self._files = self._copy / "template"
        copy_questionnaire(root, self._copy)
        self._files.mkdir()
        shutil.copy(root / "template" / "pyproject.toml.jinja", self._files)

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
        answers = {"project_name": PROJECT_NAME, **self.combinations[index]}
        return generate(self._copy, self._renders / str(index), answers)

    def condition(self, indices: frozenset[int]) -> str:
        """Return the Jinja expression that is true for these combinations only."""
        return condition(self._factors, indices)

    def describe(self, index: int) -> str:
        """Return a combination as options of `copier copy`."""
        answers = self.combinations[index].items()
        return " ".join(f"-d {name}={text(value)}" for name, value in answers)


def copy_questionnaire(source: Path, destination: Path) -> None:
    """Copy a template without its files: the questionnaire, and the macros it uses.

    Args:
        source: the folder with `copier.yml`.
        destination: the new template's folder; made if missing.
    """
    destination.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source / "copier.yml", destination)
    if (source / "extensions").is_dir():
        shutil.copytree(
            source / "extensions",
            destination / "extensions",
            ignore=shutil.ignore_patterns("__pycache__"),
        )


def generate(
    source: Path, destination: Path, answers: Answers, version: str = "HEAD"
) -> Path:
    """Make a project as a user does: through Copier, without trust or questions.

    Args:
        source: a template folder, a git repository or not.
        destination: the project's folder; made if missing, overwritten if there.
        answers: the answers that differ from the defaults.
        version: what to check out of a git repository.

    Returns:
        `destination`.

    Raises:
        ValueError: an answer is refused.
        copier.errors.UnsafeTemplateError: the template needs trust.
    """
    copier.run_copy(
        str(source),
        destination,
        data=dict(answers),
        vcs_ref=version,
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=False,
    )
    return destination
