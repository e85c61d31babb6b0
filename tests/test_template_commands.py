"""A project's commands for living with the template do what its page says they do.

Real repositories; each command is run as a developer types it.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from harness.answers import Answers
from harness.figures import Recorder
from harness.history import SETTINGS, Project, Releases
from harness.next_version import change
from harness.process import CommandFailedError, clean_environment, run
from harness.questionnaire import recorded
from harness.render import ROOT, snapshot, tree
from harness.team import Work, move_modules, work_on
from harness.template import working_template
from harness.updating import Update
from harness.workbench import UNMEASURED
from maintenance.template import generate

FIRST, SECOND = "v98.0.0", "v98.1.0"
QUESTIONNAIRE = working_template().questionnaire
OPTIONS = QUESTIONNAIRE.structural
# Those that move code or migrations alone, and the others some at once: it takes long.
ALONE = ("layout", "migrations")
OTHERS = [name for name in OPTIONS if name not in ALONE]
SWITCHED = [*((name,) for name in ALONE), *batched(OTHERS, 3, strict=False)]
# What the page calls each fate of a file.
LINE = re.compile(
    r"^ *(conflict|edited, and removed|yours, left behind|removed|changed|new)  (.+)$"
)
COLOURS = re.compile(r"\x1b\[\d*m")
REFUSED = re.compile(r"(?m)^    (\S+)  \(([a-z, ]+)\)$")
# Where finishing needs a decision, with what it says then.
BREAKS, STARTS = "callers would break", "After another tool"
STOPS = {
    ("layout", "domain"): BREAKS,
    ("layout", "layered"): BREAKS,
    ("migrations", "atlas"): STARTS,
    ("migrations", "alembic"): STARTS,
    ("auth", "none"): BREAKS,
    ("with_example", False): BREAKS,
}
# A test of the example, which is the team's, and imports modules of a layout.
IMPORTS = "tests/integration/test_cached_orders.py"
# What the database keeps without a model.
KEPT = "migrations/kept.txt"
MIDDLEWARE = "src/my_service/middleware/request_log.py"
GOES = "tests/unit/test_print_migrations.py"
NOTES = """\
# Upgrading

## Unreleased

Not yet.

## 98.1.0

Ring twice.

## 98.0.0

Ring once.
"""
# It says what it was asked, in place of a service that cannot be reached from here.
GH = '#!/bin/sh\nprintf "%s\\n" "$@" > "$GH_ASKED"\ncat "${10}" >> "$GH_ASKED"\n'


@dataclass(frozen=True)
class Service:
    """A project with the commands of its template.

    Attributes:
        project: the project, committed.
        releases: the template.
        environment: the variables of the commands.
    """

    project: Project
    releases: Releases
    environment: dict[str, str]

    @property
    def path(self) -> Path:
        """The folder of the project."""
        return self.project.path

    def fresh(self, answers: Answers) -> dict[str, bytes]:
        """Return the files of a new project."""
        with TemporaryDirectory(prefix="fresh-") as folder:
            path = Path(folder) / "my-service"
            return tree(generate(self.releases.path, path, answers, FIRST))

    def task(self, name: str, *options: str, **variables: str) -> str:
        """Run a task, and return what it printed."""
        command = ("uv", "run", "task", "--exit-code", f"template-{name}", "--")
        environment = self.environment | variables
        output = run((*command, *options), self.path, environment=environment).output
        return COLOURS.sub("", output)

    def attempt(self, name: str, *options: str) -> tuple[str, bool]:
        """Run a task, and return what it printed, and whether it succeeded."""
        try:
            return self.task(name, *options), True
        except CommandFailedError as failed:
            return failed.output, False

    def refuses(self, name: str, *options: str) -> str:
        """Run a task that fails and changes nothing, and return what it printed."""
        before = self.state()
        with pytest.raises(CommandFailedError) as refused:
            self.task(name, *options)
        assert self.state() == before
        return refused.value.output

    def state(self) -> str:
        """Return what is committed, and what is changed since."""
        asked = (("rev-parse", "HEAD"), ("status", "--porcelain"), ("diff",))
        return "".join(self.project.git(*each) for each in asked)

    def fates(self, *options: str) -> dict[str, str]:
        """Return what `template-preview` says of each file."""
        lines = self.task("preview", *options).splitlines()
        found = [match for line in lines if (match := LINE.match(line))]
        return {match[2]: match[1] for match in found}

    def clean(self) -> None:
        """Remove what git ignores."""
        self.project.git("clean", "--force", "-d", "-X", "--quiet")

    def gate(self) -> None:
        """Pass the project's own gate, but for slow tests.

        These start processes, which know nothing of where the code came from.
        """
        environment = self.environment | UNMEASURED
        run(("uv", "run", "task", "check"), self.path, environment=environment)
        self.clean()

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that is in a file."""
        file = self.path / path
        text = file.read_text("utf-8")
        assert old in text, (
            f"{path} has no {old!r}: let this test change something else"
        )
        file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """The template as it is, and its next version."""
    releases = Releases(tmp_path_factory.mktemp("releases") / "template")
    releases.release(FIRST, snapshot())
    change(releases.path)
    (releases.path / "UPGRADING.md").write_text(NOTES, "utf-8")
    releases.release(SECOND, releases.path)
    return releases


@pytest.fixture
def make(
    releases: Releases, public_folder: Callable[[], Path], warm: dict[str, str]
) -> Callable[..., Service]:
    """A function that makes a service of the first version."""

    def make(**answers: Any) -> Service:  # noqa: ANN401
        project = Project(public_folder() / "my-service")
        project.copy(releases, FIRST, {"preset": "custom", **answers})
        return Service(project, releases, clean_environment() | warm)

    return make


def test_a_preview_is_what_then_happens(make: Callable[..., Service]) -> None:
    service = make()
    work_on(service.project)
    # The next version changes the same line, removes the file, and adds one of this name.
    service.edit(MIDDLEWARE, "{1,128}", "{1,32}")
    service.edit(GOES, '"""', '"""Ours. ')
    clock = service.path / "src" / "my_service" / "core" / "clock.py"
    clock.write_text('"""Ours."""\n', "utf-8")
    service.project.commit("Edit what the template edits")
    before = service.state()

    fates = service.fates()

    assert service.state() == before
    conflicts = [path for path, fate in fates.items() if fate == "conflict"]
    assert sorted(conflicts) == [MIDDLEWARE, "src/my_service/core/clock.py"][::-1]
    assert fates.pop(GOES) == "edited, and removed"

    service.project.update_as("--defaults")

    assert service.project.conflicts() == sorted(conflicts)
    happened = dict(_happened(service.project))
    assert happened.pop(GOES) == "removed"
    assert happened == {
        path: "changed" if fate == "conflict" else fate for path, fate in fates.items()
    }


def _happened(project: Project) -> Iterator[tuple[str, str]]:
    """Yield what an update did to each file, but for the answers."""
    names = {"M": "changed", "A": "new", "D": "removed"}
    project.git("add", "--all")
    changes = project.git(
        "diff", "--cached", "--name-status", "--no-renames"
    ).splitlines()
    for line in changes:
        status, _, path = line.partition("\t")
        if path != ".copier-answers.yml":
            yield path, names[status]


def test_an_update_stops_before_an_edit_goes(make: Callable[..., Service]) -> None:
    service = make()
    service.edit(GOES, '"""', '"""Ours. ')
    service.project.commit("Edit a test")
    with pytest.raises(CommandFailedError, match=r"98\.0\.0 -> 98\.1\.0") as newer:
        service.task("check")
    assert "exit status 2" in str(newer.value)
    assert f"{GOES}  (edited, and removed)" in service.refuses("update", "--defaults")

    service.task("update", "--force", "--defaults")

    assert not (service.path / GOES).exists()
    assert recorded(service.path).keys() > {"strict_coverage"}
    service.project.commit("Update")
    assert "98.1.0 is the newest version" in service.task("check")
    assert "No file would change" in service.task("preview")


def test_a_drift_is_listed(make: Callable[..., Service]) -> None:
    service = make()
    assert "All files of the template are as it made them" in service.task("drift")
    work_on(service.project)
    service.edit(MIDDLEWARE, "{1,128}", "{1,32}")
    (service.path / GOES).unlink()

    with pytest.raises(CommandFailedError, match="exit status 1"):
        service.task("drift", "--exit-code")
    listed = {
        line for line in service.task("drift").splitlines() if " run " not in line
    }
    difference = service.task("drift", "--diff")

    assert listed == {
        ".env.example",
        ".github/workflows/ci.yml",
        ".pre-commit-config.yaml",
        "docs/your-first-resource.md  (deleted)",
        MIDDLEWARE,
        f"{GOES}  (deleted)",
    }
    assert "+" in difference
    assert "{1,32}" in difference


@pytest.mark.long
@pytest.mark.parametrize("names", SWITCHED, ids=", ".join)
def test_answers_can_be_others(
    names: tuple[str, ...],
    make: Callable[..., Service],
    need_tools: Callable[[Answers], None],
    recorder: Recorder,
    pytestconfig: pytest.Config,
) -> None:
    """There and back, a team's project becomes what a new one is, and stays theirs."""
    everything = pytestconfig.getoption("everything")
    if names != SWITCHED[-1] and not everything:
        pytest.skip("more answers are changed with --everything")
    values = {name: QUESTIONNAIRE.questions[name].values for name in names}
    steps = max(map(len, values.values()))
    need_tools({name: each[-1] for name, each in values.items()})
    service = make()
    work = work_on(service.project)
    service.task("finish")
    service.project.commit("Write the pages")
    gone: set[str] = set()
    old = service.fresh(recorded(service.path))
    for step in [*range(1, steps), 0]:
        changed = {name: each[step % len(each)] for name, each in values.items()}
        answers, before = recorded(service.path), tree(service.path)
        lost, stop = change_answers(service, changed)
        gone |= lost
        fresh = service.fresh(recorded(service.path))
        news = Work.between(old, fresh, [])
        update = Update(service.project, before, fresh, news, work)
        assert recorded(service.path).items() >= changed.items()
        assert service.project.conflicts() == []
        assert update.lost().keys() == gone
        assert {*update.diverged()} <= {KEPT}
        assert update.missing() == []
        service.project.commit(f"Set {changed}")
        old, before = fresh, tree(service.path)
        go_on(service, stop, str(answers["layout"]), fresh)
        work = work.then(Work.between(before, tree(service.path), []))
        service.project.commit("Go on")
        if everything:
            service.gate()
        total = 2 * len(OPTIONS)
        recorder.figure("answers changed", len(names), total, "answers", of="sum")


def change_answers(service: Service, changed: Answers) -> tuple[set[str], str | None]:
    """Change answers.

    Returns:
        Which edited files were said to go before, and at what finishing stopped.
    """
    options = [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in changed.items()
    ]
    before = service.state()
    said, is_done = service.attempt("set", *options)
    refused = dict(REFUSED.findall(said))
    if refused:
        assert service.state() == before
        said, is_done = service.attempt("set", *options, "--force")
    stop = next(filter(None, map(STOPS.get, changed.items())), None)
    assert is_done is (stop is None), said
    assert stop is None or stop in said
    service.clean()
    return {
        path for path, fate in refused.items() if fate == "edited, and removed"
    }, stop


def go_on(
    service: Service, stop: str | None, layout: str, fresh: Mapping[str, bytes]
) -> None:
    """Do what is left to a team: what the pages say, and to move what it wrote.

    Args:
        service: the service, whose answers are others.
        stop: at what finishing stopped.
        layout: the layout of before.
        fresh: a new project with the answers of now, to take imports from.
    """
    if stop == STARTS:
        page = (service.path / "docs" / "migrations.md").read_text("utf-8")
        _, _, section = page.partition("\n## After another tool\n")
        [commands, *_] = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
        environment = service.environment | SETTINGS
        run(("bash", "-ec", commands), service.path, environment=environment)
    elif recorded(service.path)["layout"] != layout:
        move_modules(service.path, layout)
        (service.path / IMPORTS).write_bytes(fresh[IMPORTS])
        service.task("finish")
    elif stop == BREAKS:
        service.task("finish", "--breaking")
    service.clean()


def test_what_cannot_be_done_is_said(make: Callable[..., Service]) -> None:
    service = make()
    assert "there is no 'layot'. There are: auth," in service.refuses("set", "layot=x")
    assert "Write it as layout=ANSWER" in service.refuses("set", "layout")
    assert "'x' is not in ['layered', 'domain']" in service.refuses("set", "layout=x")
    (service.path / "notes.txt").write_text("Ring.\n", "utf-8")
    assert "Commit or stash them first" in service.refuses("set", "cache=none")
    answers = service.path / ".copier-answers.yml"
    text = answers.read_text("utf-8")
    answers.write_text(re.sub("_src_path: .*", "_src_path: ../template", text), "utf-8")
    for name in ("check", "preview", "drift"):
        assert "Write an absolute path or a URL there" in service.refuses(name)
    answers.unlink()
    assert "there is no .copier-answers.yml" in service.refuses("drift")
    answers.write_text(text, "utf-8")
    shutil.rmtree(service.path / ".git")
    with pytest.raises(CommandFailedError, match="Is this a repository with a commit"):
        service.task("preview")


def test_a_bot_proposes_the_update(
    make: Callable[..., Service], tmp_path: Path
) -> None:
    """What the scheduled workflow runs, but for the service that takes the request."""
    service = make()
    service.edit(MIDDLEWARE, "{1,128}", "{1,32}")
    service.project.commit("Edit what the template edits")
    origin = tmp_path / "origin"
    service.project.git("clone", "--quiet", "--bare", ".", str(origin))
    service.project.git("remote", "add", "origin", str(origin))
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH, "utf-8")
    gh.chmod(0o755)
    asked = tmp_path / "asked"
    environment = (
        service.environment
        | SETTINGS
        | {
            "GH_ASKED": str(asked),
            "PATH": f"{gh.parent}{os.pathsep}{os.environ['PATH']}",
        }
    )
    script = ("bash", "scripts/propose_update.sh")

    run(script, service.path, environment=environment)

    text = asked.read_text("utf-8")
    assert f"From {FIRST} to {SECOND} of the template." in text
    assert "--draft" in text
    assert f"<details open>\n<summary>conflict: 1</summary>\n\n- `{MIDDLEWARE}`" in text
    assert "- [ ] Mend the conflicts" in text
    assert "\n## 98.1.0\n\nRing twice.\n" in text
    assert "Ring once." not in text
    assert "Not yet." not in text
    branch = f"template-{SECOND}"
    assert service.project.git("rev-parse", branch) == service.project.git(
        "rev-parse", f"origin/{branch}"
    )
    assert service.project.git("status", "--porcelain") == ""

    service.project.git("switch", "--quiet", "main")
    asked.unlink()
    output = run(script, service.path, environment=environment).output
    assert f"There is a branch {branch} already." in output
    assert not asked.exists()


def test_the_template_can_be_left(make: Callable[..., Service]) -> None:
    """The page's commands are all that is to be done."""
    service = make()
    page = (service.path / "docs" / "template.md").read_text("utf-8")
    [commands] = re.findall(r"```bash\n(git rm.*?)```", page, re.DOTALL)
    environment = service.environment | SETTINGS

    run(("bash", "-ec", commands), service.path, environment=environment)

    assert service.project.git("status", "--porcelain") == ""
    for command in (("task", "lint"), ("pytest", "-q", "tests/unit")):
        run(("uv", "run", *command), service.path, environment=environment)
    listed = run(("uv", "run", "task", "--list"), service.path, environment=environment)
    assert "template-" not in listed.output


def test_a_pin_has_one_owner() -> None:
    """Bots leave what the template pins, and both know the same of it."""
    github = ROOT / "template" / ".github"
    workflows = [file.read_text("utf-8") for file in (github / "workflows").iterdir()]
    used = {
        action for text in workflows for action in re.findall(r"uses: (\S+)@", text)
    }
    bot = yaml.safe_load((github / "dependabot.yml").read_text("utf-8"))
    ways = {update["package-ecosystem"]: update for update in bot["updates"]}
    ignored = {each["dependency-name"] for each in ways["github-actions"]["ignore"]}
    assert ignored == used
    assert ways["uv"]["versioning-strategy"] == "lockfile-only"

    other = json.loads((ROOT / "template" / "renovate.json").read_text("utf-8"))
    [rule] = other["packageRules"]
    names = {
        file.name.partition(".jinja")[0] for file in (github / "workflows").iterdir()
    }
    assert {Path(path).name for path in rule["matchFileNames"]} == names
    assert rule["enabled"] is False
    assert other["rangeStrategy"] == "update-lockfile"


def test_a_project_takes_the_copier_that_was_tested() -> None:
    script = (ROOT / "template" / "scripts" / "rehearsal.py").read_text("utf-8")
    assert f'"copier@{version("copier")}"' in script
