"""What every tier shares: the option for the long runs, and how figures are shown."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.answers import Answers
from harness.asking import questionnaire_only
from harness.figures import Figures, Recorder
from harness.process import run
from harness.render import NO_SETTINGS, command, render, snapshot
from harness.template import working_template
from harness.workbench import Workbench

# Design, section 8: seconds that a run may take, without and with `--everything`.
PLAIN = 360
THOROUGH = 3600


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that makes the run as thorough as CI's."""
    parser.addoption(
        "--everything",
        action="store_true",
        help="gate more combinations than a pairwise set, and use the real tools",
    )


# Last, because the terminal reporter is made in the same hook.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Copy the template for all workers; show figures where there is a terminal."""
    os.environ["COPIER_SETTINGS_PATH"] = str(NO_SETTINGS)
    if not hasattr(config, "workerinput"):
        config.add_cleanup(_keep_caches_apart())
    snapshot()
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(terminal, pytest.TerminalReporter) and not hasattr(
        config, "workerinput"
    ):
        seconds = THOROUGH if config.getoption("everything") else PLAIN
        config.pluginmanager.register(Figures(terminal, seconds), "figures")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: whoever ended with it would keep the others waiting."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def recorder(record_property: Callable[[str, object], None]) -> Recorder:
    """Through which a test tells its progress and its figures."""
    return Recorder(record_property)


def _keep_caches_apart() -> Callable[[], None]:
    """Let what projects cache, such as database servers' data, go with the run.

    Returns:
        A function that removes the caches.
    """
    find = ("uv", "cache", "dir", "--color=never")
    os.environ["UV_CACHE_DIR"] = run(find, Path.cwd()).output.strip()
    caches = Path(tempfile.mkdtemp(prefix="caches-"))
    caches.chmod(0o755)
    os.environ["XDG_CACHE_HOME"] = str(caches)
    return lambda: shutil.rmtree(caches, ignore_errors=True)


@pytest.fixture(scope="session")
def public_folder() -> Iterator[Callable[[], Path]]:
    """Return a function that makes a folder for a project whose tests are run.

    Run by root, PostgreSQL serves as another user, who may not enter the folders of
    `tmp_path`: pytest closes them to others, even while a server runs from there.
    """
    made: list[Path] = []

    def folder() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="project-")))
        made[-1].chmod(0o755)
        return made[-1]

    yield folder
    for path in made:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def warm(public_folder: Callable[[], Path]) -> dict[str, str]:
    """Variables with which projects in other folders share what takes long to make.

    PostgreSQL is in the environment, and so is what serves as another user.
    """
    folder = public_folder()
    return {
        "UV_PROJECT_ENVIRONMENT": str(folder / "environment"),
        "MYPY_CACHE_DIR": str(folder / "mypy"),
    }


@pytest.fixture(scope="session")
def workbench(public_folder: Callable[[], Path]) -> Workbench:
    """Return a folder for one project after another, one per process of the run.

    Its name holds what a developer's folders may hold: a space and an accent.
    """
    return Workbench(public_folder() / "my project é")


@pytest.fixture
def need_tools(pytestconfig: pytest.Config) -> Callable[[Answers], None]:
    """Return a function that skips a test where a project's tools are missing.

    CI must have them.
    """

    def check(answers: Answers) -> None:
        if answers.get("migrations") == "atlas" and shutil.which("atlas") is None:
            assert not pytestconfig.getoption("everything"), "atlas is not on the PATH"
            pytest.skip("Atlas is not on the PATH; .ci/run builds it")

    return check


@pytest.fixture(scope="session")
def questionnaire(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template that asks what this one asks, and renders nothing but the answers."""
    return questionnaire_only(tmp_path_factory.mktemp("questionnaire") / "template")


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Answers], Path]:
    """Return a function that renders a project, once for the same answers.

    Its parent folder is named as a developer may name one: with a space and an accent.
    A test that changes the project copies it first; one that fails shows the output.
    """
    projects: dict[str, Path] = {}

    def project(answers: Answers) -> Path:
        key = command(Path(), answers)
        if key not in projects:
            parent = tmp_path_factory.mktemp("render") / "my projects é"
            projects[key] = render(parent / "service", answers)
        sys.stdout.write(f"To make the project: {command(Path('service'), answers)}\n")
        return projects[key]

    return project


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Answers], Path]:
    """Return a function that writes what Copier would, in a tenth of its time.

    A test of the tier *render* compares both.
    """
    projects: dict[str, Path] = {}

    def project(answers: Answers) -> Path:
        key = command(Path(), answers)
        if key not in projects:
            projects[key] = tmp_path_factory.mktemp("assembled")
            for path, content in working_template().project(answers).items():
                (projects[key] / path).parent.mkdir(parents=True, exist_ok=True)
                (projects[key] / path).write_bytes(content)
        sys.stdout.write(f"To make the project: {command(Path('service'), answers)}\n")
        return projects[key]

    return project
