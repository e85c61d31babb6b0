"""A folder in which one project after another is generated and gated."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.answers import Answers
from harness.process import clean_environment, run
from harness.render import ROOT, command, render, tree

# Leaves slow tests out of a project's gate, and runs the others in one process: another
# project is gated at the same time, and each process takes seconds to begin.
QUICKLY = {"PYTEST_ADDOPTS": "-m 'not slow'", "PYTEST_XDIST_AUTO_NUM_WORKERS": "1"}
# And without the floor of coverage, which workers reach with their slow tests alone.
UNMEASURED = {**QUICKLY, "PYTEST_ADDOPTS": "-m 'not slow' --cov-fail-under=0"}
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
    _rendered: dict[str, bytes] = field(default_factory=dict)

    def render(self, answers: Answers) -> None:
        """Turn the project into another one; what was not rendered stays.

        A file that both have is not touched, so that caches take it for what it is.
        Nothing is done for the answers of the project of the moment: Copier would take
        longer than many a test.
        """
        if self._rendered and answers == self._answers:
            return
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            rendered = tree(render(Path(folder) / "service", answers, self.source))
            self._remove(self._rendered.keys() - rendered.keys())
            for path, content in rendered.items():
                if self._rendered.get(path) != content:
                    target = self.project / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(Path(folder) / "service" / path, target)
        self._answers = answers
        self._rendered = rendered

    @contextmanager
    def changed(self, files: Mapping[str, str]) -> Iterator[None]:
        """Give files other contents, or write new ones, until the block ends."""
        try:
            for path, content in files.items():
                target = self.project / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content, encoding="utf-8")
            yield
        finally:
            self._remove(files.keys() - self._rendered.keys())
            for path in files.keys() & self._rendered.keys():
                (self.project / path).write_bytes(self._rendered[path])

    def _remove(self, paths: Iterable[str]) -> None:
        """Remove files, and the folders that nothing but compiled modules is left in."""
        files = [self.project / path for path in paths]
        for file in files:
            file.unlink(missing_ok=True)
        folders = {
            folder
            for file in files
            for folder in file.parents
            if folder.is_relative_to(self.project) and folder != self.project
        }
        for folder in sorted(folders, reverse=True):
            if all(child.name == "__pycache__" for child in folder.iterdir()):
                shutil.rmtree(folder)

    def gate(self, *, whole: bool = True) -> None:
        """Run the project's own gate, in its own environment.

        Args:
            whole: with slow tests, which start processes, and with coverage; both take
                longer than the rest.

        Raises:
            CommandFailedError: the environment could not be made, or the gate failed.
        """
        self.run("uv", "sync", "--locked")
        if whole:
            self.run("uv", "run", "task", "check")
        else:
            self.run("uv", "run", "task", "lint")
            self.run("uv", "run", "pytest", "tests", "-n", "auto", **QUICKLY)
        self.warm = True

    def import_alone(self, package: str, **variables: str) -> None:
        """Import each module of a package in a process that imported no other.

        Args:
            package: its name.
            variables: environment variables to add.

        Raises:
            CommandFailedError: a module needs another one imported before it.
        """
        script = ("uv", "run", "--no-sync", "python", IMPORT_ALONE, package)
        self.run(*script, **variables)

    def run(self, *arguments: str | Path, **variables: str) -> str:
        """Run a command in the project and return its output.

        Args:
            arguments: the command and its arguments.
            variables: environment variables to add.

        Raises:
            CommandFailedError: it failed; the message tells how to make the project.
        """
        hint = f"To make it: {command(Path('service'), self._answers)}"
        environment = clean_environment() | variables
        return run(arguments, self.project, hint=hint, environment=environment).output
