"""A folder in which one project after another is generated and gated."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from harness.answers import Answers
from harness.process import run
from harness.render import ROOT, command, render, tree

IMPORT_ALONE = Path(__file__).with_name("import_alone.py")


@dataclass
class Workbench:
    """Keeps the environment and the caches of the projects generated in it.

    Attributes:
        project: the folder of the project of the moment.
        source: the template.
        warm: whether a project was gated here before.
    """

    project: Path
    source: Path = ROOT
    warm: bool = False
    _answers: Answers = field(default_factory=dict)
    _rendered: set[str] = field(default_factory=set)

    def render(self, answers: Answers) -> None:
        """Replace the project by another; what was not rendered stays."""
        self.clear()
        before = set(tree(self.project))
        self._answers = answers
        render(self.project, answers, self.source)
        self._rendered = set(tree(self.project)) - before

    def clear(self) -> None:
        """Remove the rendered files, and the folders that only they kept."""
        for path in self._rendered:
            (self.project / path).unlink(missing_ok=True)
        folders = {
            folder
            for path in self._rendered
            for folder in (self.project / path).parents
            if folder.is_relative_to(self.project) and folder != self.project
        }
        for folder in sorted(folders, reverse=True):
            for compiled in folder.glob("__pycache__/*"):
                compiled.unlink()
            for child in (folder / "__pycache__", folder):
                if child.is_dir() and not any(child.iterdir()):
                    child.rmdir()
        self._rendered = set()

    def gate(self) -> float:
        """Run the project's own gate and return how many seconds it took.

        Raises:
            CommandFailedError: the environment could not be made, or the gate failed.
        """
        begin = time.monotonic()
        self.run("uv", "sync", "--locked")
        self.run("uv", "run", "task", "check")
        self.warm = True
        return time.monotonic() - begin

    def import_alone(self, package: str) -> None:
        """Import each module of a package in a process that imported no other.

        Raises:
            CommandFailedError: a module needs another one imported before it.
        """
        self.run("uv", "run", "--no-sync", "python", IMPORT_ALONE, package)

    def run(self, *arguments: str | Path) -> str:
        """Run a command in the project and return its output.

        Raises:
            CommandFailedError: it failed; the message tells how to make the project.
        """
        hint = command(Path("service"), self._answers)
        return run(arguments, self.project, hint=f"To make it: {hint}").output
