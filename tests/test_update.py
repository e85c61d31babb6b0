"""Projects that people work on take each next version of the template, and stay theirs.

Real repositories and Copier's own command, from each released version: first to the
working tree and then on, or at once to a scripted next version.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from harness.answers import Answers, label
from harness.figures import Recorder
from harness.history import Project, Releases, released, unpack
from harness.next_version import change
from harness.process import clean_environment, run
from harness.questionnaire import Questionnaire, answers_file, recorded
from harness.render import ROOT, export, snapshot, tree
from harness.team import EDITS, Work, work_on
from harness.updating import Update
from harness.workbench import QUICKLY
from maintenance.questionnaire import Row
from maintenance.template import generate

OLDEST, *_, NEWEST = released()
# Higher than each released version, which Copier demands.
WORKING, NEXT = "v99.0.0", "v99.1.0"
# With the presets, each layout and each tool for migrations occurs.
MIX = {"layout": "domain", "migrations": "atlas"}
# As a person does it, and as bots do.
OPTIONS = (("--defaults",), ("--skip-answered", "--defaults"))
# Seconds of an update; most of them go into three renders.
BUDGET = 15
ROWS = "SELECT 'rows', count(*) FROM tickets WHERE subject = 'Who rings?'"
A_ROW = "INSERT INTO tickets (id, subject) VALUES (gen_random_uuid(), 'Who rings?')"


@dataclass(frozen=True)
class Cell:
    """A project, and the versions that it takes one after another.

    Attributes:
        start: the version that it is made from.
        answers: what it is made with.
        through: the versions that it is updated to.
        by_team: whether a team works on it; otherwise it is as it was generated.
        options: the options of the command.
    """

    start: str
    answers: Row
    through: tuple[str, ...]
    by_team: bool
    options: tuple[str, ...]

    @property
    def is_one_step(self) -> bool:
        """Whether it goes to the next version at once."""
        return self.through == (NEXT,)

    def __str__(self) -> str:
        """Return what a test of it is called."""
        names = {WORKING: "working", NEXT: "next"}
        steps = [names.get(each, each) for each in (self.start, *self.through)]
        who = "team" if self.by_team else "pristine"
        return f"{'-'.join(steps)}-{label(self.answers)}-{who}"


@dataclass(frozen=True)
class Template:
    """The releases of the template, and projects made of them.

    Attributes:
        releases: its repository.
        folder: where projects are made.
    """

    releases: Releases
    folder: Path
    _made: dict[tuple[object, ...], Path] = field(default_factory=dict)

    def pristine(self, version: str, answers: Answers) -> Path:
        """Return a project as a version makes it, made once, for nobody to change."""
        key = (version, *answers.items())
        if key not in self._made:
            path = self.folder / str(len(self._made)) / "my-service"
            self._made[key] = generate(self.releases.path, path, answers, version)
        return self._made[key]

    def project(self, version: str, answers: Answers, folder: Path) -> Project:
        """Return a committed project of a version, in a folder of its own."""
        project = Project(folder / "my-service")
        shutil.copytree(self.pristine(version, answers), project.path)
        project.commit(f"Generated from {version}")
        return project


@cache
def presets(version: str) -> list[Row]:
    """Return the answers that projects of a version are made with."""
    with TemporaryDirectory(prefix="questionnaire-") as folder:
        source = snapshot() if version == WORKING else Path(folder)
        if version != WORKING:
            unpack(released()[version], source)
        questionnaire = Questionnaire.read(source)
    mix: Row = {name: MIX[name] for name in MIX if name in questionnaire.structural}
    custom: Row = {"preset": "custom"}
    return [row | mix if row == custom else row for row in questionnaire.presets]


def cells() -> list[Cell]:
    """Return all there is to try: versions, presets, steps, and who has the project.

    A team's project takes each step; to skip the working tree is tried with one set of
    answers, as what an update does with them is the same.
    """
    found: list[Cell] = []
    for version in (*released(), WORKING):
        for answers in presets(version):
            steps: list[tuple[tuple[str, ...], bool]] = []
            if version != WORKING:
                steps.append(((WORKING, NEXT), True))
            if version == WORKING or answers["preset"] == "custom":
                steps.append(((NEXT,), True))
            steps.append(((NEXT,), False))
            for through, by_team in steps:
                options = OPTIONS[len(found) % len(OPTIONS)]
                found.append(Cell(version, answers, through, by_team, options))
    return found


def is_quick(cell: Cell) -> bool:
    """Whether a cell is tried without `--everything`, too."""
    if cell.by_team and cell.is_one_step:
        return True
    few = (OLDEST, "standard") if cell.by_team else (NEWEST, "full")
    return (cell.start, cell.answers["preset"]) == few


def chosen(config: pytest.Config) -> list[Cell]:
    """Return all cells with `--everything`, otherwise some of each kind."""
    everything = config.getoption("everything")
    return [cell for cell in cells() if everything or is_quick(cell)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the cells of which a worker makes the projects once come together."""
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize(
            "cell",
            [
                pytest.param(
                    cell,
                    id=str(cell),
                    marks=pytest.mark.xdist_group(
                        f"{cell.start}-{label(cell.answers)}"
                    ),
                )
                for cell in chosen(metafunc.config)
            ],
        )


# Of a module, or it would come after what it spares.
@pytest.fixture(scope="module")
def thorough(request: pytest.FixtureRequest) -> None:
    """Skip a test that would take minutes without `--everything`."""
    if not request.config.getoption("everything"):
        pytest.skip("this takes long, and runs with --everything")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """All versions: those that were released, the working tree, and the next one."""
    releases = Releases(tmp_path_factory.mktemp("releases") / "template")
    for version in released():
        releases.release_past(version)
    releases.release(WORKING, snapshot())
    change(releases.path)
    releases.release(NEXT, releases.path)
    return Template(releases, tmp_path_factory.mktemp("projects"))


@dataclass
class Taker:
    """Whoever updates a project from version to version.

    Attributes:
        template: the versions.
        project: the project, which has no changes that are not committed.
        work: what a team did to it.
        options: the options of the command.
        generated: the files that the version of the moment makes.
    """

    template: Template
    project: Project
    work: Work
    options: tuple[str, ...]
    generated: Mapping[str, bytes]

    def take(self, version: str) -> tuple[Update, float]:
        """Update the project, and return what that did, and how many seconds it took."""
        before = tree(self.project.path)
        finished = self.project.update_as(f"--vcs-ref={version}", *self.options)
        fresh = tree(self.template.pristine(version, recorded(self.project.path)))
        news = Work.between(self.generated, fresh, [])
        self.generated = fresh
        return Update(self.project, before, fresh, news, self.work), finished.seconds


def test_an_update_keeps_what_is_the_projects(
    cell: Cell,
    template: Template,
    tmp_path: Path,
    recorder: Recorder,
    pytestconfig: pytest.Config,
) -> None:
    """And all else becomes what a new project has."""
    project = template.project(cell.start, cell.answers, tmp_path)
    work = work_on(project) if cell.by_team else Work.nothing()
    if cell.by_team:
        edits = sum(each.by_team for each in chosen(pytestconfig)) * len(EDITS)
        recorder.figure(tried(), len(work.edits), edits, "edits", of="sum")
    generated = tree(template.pristine(cell.start, cell.answers))
    taker = Taker(template, project, work, cell.options, generated)
    for version in cell.through:
        update, seconds = taker.take(version)
        note(recorder, update, seconds)

        assert project.conflicts() == []
        assert update.lost() == {}
        assert update.returned() == []
        assert update.touched() == []
        assert update.diverged() == []
        assert update.missing() == []
        assert update.changed_answers() == {}
        assert answers_file(project.path)["_commit"] == version
        project.commit(f"Update to {version}")

    if cell.by_team and cell.is_one_step:
        project.update_as(*cell.options)
        assert project.git("status", "--porcelain") == ""


def tried() -> str:
    """Return how many versions, presets and edits there are."""
    kinds = len(released()) + 1, len(presets(WORKING)), len(EDITS)
    return "updates: {} versions x {} presets x {} edits".format(*kinds)


def note(recorder: Recorder, update: Update, seconds: float) -> None:
    """Tell what is to be 0, and how long it took."""
    conflicts = len(update.project.conflicts())
    lost = sum(map(len, update.lost().values()))
    recorder.figure("updates: conflicts", conflicts, 0, "files", of="sum")
    recorder.figure("updates: lines lost of the team's", lost, 0, "lines", of="sum")
    recorder.figure("updates: median", seconds, BUDGET, "s", of="median")


@dataclass(frozen=True)
class Finished:
    """Which updates are finished by their tasks, and then go through the gate."""

    start: str
    preset: str


FINISHED = [
    Finished(OLDEST, "standard"),
    Finished(NEWEST, "custom"),
]


@pytest.mark.long
@pytest.mark.usefixtures("thorough")
@pytest.mark.parametrize("finished", FINISHED, ids=lambda each: each.start)
def test_a_finished_update_passes_the_gate(
    finished: Finished,
    template: Template,
    public_folder: Callable[[], Path],
    warm: dict[str, str],
    need_tools: Callable[[Answers], None],
) -> None:
    """With the migration that it needs, on a database that holds rows."""
    [answers] = [
        row for row in presets(finished.start) if row["preset"] == finished.preset
    ]
    need_tools(answers)
    project = template.project(finished.start, answers, public_folder())
    work = work_on(project)
    # Slow tests start processes, which know nothing of where the code came from.
    environment = clean_environment() | warm | QUICKLY

    def do(*command: str) -> str:
        return run(
            ("uv", "run", *command), project.path, environment=environment
        ).output

    do("task", "migrate-up")
    do("task", "db-shell", "--", "-c", A_ROW)
    project.update_as(*OPTIONS[1])

    do("task", "template-finish")
    do("task", "migrate-up")
    assert "rows|1\n" in do("task", "db-shell", "--", "-Atc", ROWS)
    do("task", "check")

    assert work.returned(project.path) == []


@pytest.mark.long
@pytest.mark.usefixtures("thorough")
def test_the_example_comes_and_goes_with_the_answers(
    template: Template, tmp_path: Path
) -> None:
    """Only where it is already, an update leaves it alone."""
    project = template.project(WORKING, {"preset": "standard"}, tmp_path)
    package = project.path / "src" / "my_service"
    layered, domain = package / "api/v1/orders.py", package / "orders/router.py"
    tests = project.path / "tests" / "integration" / "test_orders.py"
    found = []
    for answer in ("layout=domain", "with_example=false", "with_example=true"):
        project.update_as("--vcs-ref=:current:", "--defaults", "--data", answer)
        found.append([each.exists() for each in (layered, domain, tests)])
        project.commit(answer)

    moved = [False, True, True]
    assert found == [moved, [False, False, False], moved]


@pytest.mark.parametrize(
    ("preset", "options"),
    [("standard", OPTIONS[1]), ("custom", OPTIONS[0])],
)
def test_a_service_of_before_a_question_stays_as_it_is(
    preset: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    """It stays open to all, and needs no Redis and no workers."""
    later = dict.fromkeys(("auth", "cache", "task_queue"), "none")
    releases = Releases(tmp_path / "template")
    release_without(releases, "v0.9.0", later)
    releases.release("v1.0.0")
    project = Project(tmp_path / "my [old] service")
    project.copy(releases, "v0.9.0", {"preset": preset})
    assert recorded(project.path).keys().isdisjoint(later)

    project.update_as(*options)

    assert recorded(project.path).items() >= later.items()
    changed = project.git("status", "--porcelain").split()
    assert changed == ["M", ".copier-answers.yml"]


def release_without(releases: Releases, version: str, answers: Answers) -> None:
    """Release a version that does not ask some questions yet, as if so answered."""
    export(ROOT, releases.path)
    file = releases.path / "copier.yml"
    entries = yaml.safe_load(file.read_text("utf-8"))
    for name, answer in answers.items():
        entries[name] = {"type": "str", "when": False, "default": answer}
    file.write_text(yaml.safe_dump(entries, sort_keys=False), "utf-8")
    releases.release(version, releases.path)


@dataclass(frozen=True)
class Guarded:
    """A project that anybody could call, after an update that asks who does."""

    project: Project
    work: Work


@pytest.fixture(scope="module")
def guarded(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    answers = {"preset": "custom", "auth": "none"}
    project = template.project(WORKING, answers, tmp_path_factory.mktemp("guarded"))
    work = work_on(project)
    project.update_as("--defaults", "--data", "auth=jwt")
    return Guarded(project, work)


@pytest.mark.xdist_group("guarded")
def test_accounts_can_come_later(guarded: Guarded) -> None:
    path = guarded.project.path
    assert guarded.project.conflicts() == []
    assert guarded.work.lost(path) == {}
    assert (path / "src" / "my_service" / "api" / "v1" / "accounts.py").exists()


@pytest.mark.long
@pytest.mark.usefixtures("thorough")
@pytest.mark.xdist_group("guarded")
def test_accounts_that_come_later_pass_the_gate(
    guarded: Guarded,
    public_folder: Callable[[], Path],
    warm: dict[str, str],
) -> None:
    """What `UPGRADING.md` says is all that is to be done."""
    path = public_folder() / "my-service"
    shutil.copytree(guarded.project.path, path)
    page = (ROOT / "UPGRADING.md").read_text("utf-8")
    section = page.partition("\n## Accounts that come later\n")[2].partition("\n## ")[0]
    [commands] = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)

    environment = clean_environment() | warm
    run(("bash", "-ec", commands), path, environment=environment)
    # Slow tests start processes, which know nothing of where the code came from.
    environment |= QUICKLY
    run(("uv", "run", "task", "check"), path, environment=environment)
