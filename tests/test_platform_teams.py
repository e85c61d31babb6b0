"""The page for platform teams is followed, against real git repositories.

Nothing here is trusted: Copier runs as a command, with no option and no settings for it.
"""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.history import Project, Releases, Repository
from harness.pages import Command, NewFile, Step, steps
from harness.process import clean_environment, run
from harness.questionnaire import ANSWERS_FILE, answers_file
from harness.render import NO_SETTINGS, ROOT, tree
from harness.versions import NEXT, release_all
from maintenance.template import generate

PAGE = (ROOT / "docs" / "platform-teams.md").read_text("utf-8")
HOST = "https://git.example.com/"


@pytest.fixture(scope="module")
def releases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Releases:
    """Every released version, and the working tree as the next one.

    All files of them take minutes to be updated so often: `--everything` takes all.
    """
    folder = tmp_path_factory.mktemp("releases")
    return release_all(folder, few=not request.config.getoption("everything"))


@pytest.fixture
def shell(releases: Releases, tmp_path: Path) -> Callable[[str], None]:
    """Return a function that runs a script as the page's reader would.

    The host of the page's repositories is a folder, and its clones are of this test.
    """
    host = tmp_path / "host"
    for name in ("acme/plumbline.git", "acme/overlay.git"):
        (host / name).mkdir(parents=True)
        Repository(host / name).git(
            "init", "--quiet", "--bare", "--initial-branch=main"
        )
    clone = host / "platform" / "plumbline.git"
    releases.git("clone", "--quiet", "--bare", ".", str(clone))
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f'[url "file://{host}/"]\n    insteadOf = {HOST}\n'
        "[user]\n    name = A Developer\n    email = developer@example.com\n"
        "[init]\n    defaultBranch = main\n"
    )
    environment = clean_environment() | {
        "COPIER_SETTINGS_PATH": str(NO_SETTINGS),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_SYSTEM": os.devnull,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    copier = f"{sys.executable} -m copier"

    def execute(script: str) -> None:
        pinned = script.replace("uvx copier", copier)
        run(
            ["bash", "-euo", "pipefail", "-c", pinned],
            tmp_path,
            environment=environment,
        )

    return execute


@pytest.fixture
def follow(shell: Callable[[str], None], tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that follows a section, and returns the folder it began in."""

    def execute(heading: str) -> Path:
        shell(script(heading))
        return tmp_path

    return execute


def test_every_section_is_followed() -> None:
    """A section with commands has a test here."""
    source = Path(__file__).read_text("utf-8")
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    shown = [each.splitlines()[0] for each in sections if "```" in each]

    assert len(shown) > 4
    assert [heading for heading in shown if f'follow("{heading}")' not in source] == []


def test_a_version_is_pinned(follow: Callable[[str], Path]) -> None:
    folder = follow("Pin a version")

    assert answers_file(folder / "orders")["_commit"] == "v0.2.0"
    assert Project(folder / "orders").conflicts() == []


def test_defaults_of_an_organisation_are_taken(follow: Callable[[str], Path]) -> None:
    """The page looks for what it promises; and what it warns of is so, too."""
    folder = follow("Defaults for an organisation")

    assert answers_file(folder / "orders")["_commit"] == NEXT


def test_settings_win_over_a_preset_and_answer_what_is_new(
    shell: Callable[[str], None], tmp_path: Path
) -> None:
    """So the page says not to update with them."""
    (tmp_path / "settings.yml").write_text("defaults: {cache: redis, license: MIT}\n")
    shell(
        f"""\
copy() {{ uvx copier copy --quiet --defaults "$@" {HOST}platform/plumbline.git orders; }}
copy --vcs-ref v0.1.0 -d preset=minimal
git init --quiet orders && git -C orders add --all && git -C orders commit -qm Start
cp -r orders bot
uvx copier update --quiet --defaults --skip-answered --vcs-ref v0.2.0 bot
export COPIER_SETTINGS_PATH="$PWD/settings.yml"
uvx copier update --quiet --defaults --skip-answered --vcs-ref v0.2.0 orders
"""
    )

    assert answers_file(tmp_path / "bot")["cache"] == "none"
    answers = answers_file(tmp_path / "orders")
    assert (answers["cache"], answers["preset"]) == ("redis", "minimal")
    assert answers["license"] == "Proprietary"


def test_a_fork_is_used_and_follows(follow: Callable[[str], Path]) -> None:
    folder = follow("A fork")

    for name in ("orders", "billing"):
        project = Project(folder / name)
        assert "acme/plumbline" in answers_file(project.path)["_src_path"]
        assert project.conflicts() == []


def test_an_overlay_lives_beside_the_template(follow: Callable[[str], Path]) -> None:
    folder = follow("An overlay")

    project = Project(folder / "orders")
    changed = project.git("show", "--name-only", "--format=", "HEAD").splitlines()
    assert changed == [".copier-answers.overlay.yml", ".github/CODEOWNERS"]
    assert answers_file(project.path)["_commit"] == NEXT


def test_services_of_one_repository_are_updated_apart(
    follow: Callable[[str], Path],
) -> None:
    folder = follow("Several services in one repository")

    shop = Project(folder / "shop")
    commits = shop.git("log", "--format=%s", "--reverse").splitlines()
    assert commits[1:] == ["Update orders", "Update shop/billing", "Update shop/orders"]
    for commit, service in [("HEAD~2", "orders"), ("HEAD~1", "billing")]:
        changed = shop.git("show", "--name-only", "--format=", commit).splitlines()
        assert changed
        assert {path.split("/")[0] for path in changed} == {service}
    for service in ("orders", "billing"):
        assert answers_file(shop.path / service)["_commit"] == NEXT


def test_edits_in_one_repository_outlive_its_updates(
    releases: Releases, tmp_path: Path
) -> None:
    """One service is updated while the other one stays as it is, and then both."""
    shop = Project(tmp_path / "shop")
    services = [Project(shop.path / name) for name in ("orders", "billing")]
    for service in services:
        generate(releases.path, service.path, {"with_example": False}, "v0.1.0")
        with (service.path / ".env.example").open("a") as file:
            file.write(f"# Ours in {service.path.name}.\n")
        (service.path / "ours.md").write_text(f"{service.path.name}\n")
    (shop.path / "README.md").write_text("Two services.\n")
    shop.commit("Two services, edited")
    [orders, billing] = services
    before = tree(billing.path)

    orders.update("v0.2.0")
    assert tree(billing.path) == before
    assert answers_file(orders.path)["_commit"] == "v0.2.0"
    shop.commit("Update orders")
    for service in services:
        service.update(NEXT)
        shop.commit("Update")

    assert shop.conflicts() == []
    for service in services:
        assert answers_file(service.path)["_commit"] == NEXT
        example = (service.path / ".env.example").read_text("utf-8")
        assert example.endswith(f"# Ours in {service.path.name}.\n")
        ours = (service.path / "ours.md").read_text("utf-8")
        assert ours == f"{service.path.name}\n"
    assert (shop.path / "README.md").read_text("utf-8") == "Two services.\n"


def test_a_service_that_is_there_takes_the_template(
    shell: Callable[[str], None], follow: Callable[[str], Path]
) -> None:
    shell(
        """\
git init --quiet orders
mkdir -p orders/src/orders
echo '# Orders' > orders/README.md
echo '# Of orders' > orders/src/orders/__init__.py
echo 'PRICE = 7' > orders/src/orders/prices.py
git -C orders add --all
git -C orders commit --quiet --message 'Ten years of orders'
"""
    )

    folder = follow("A service that is there already")

    project = Project(folder / "orders")
    assert (project.path / "README.md").read_text("utf-8") == "# Orders\n"
    prices = project.path / "src" / "orders" / "prices.py"
    assert prices.read_text("utf-8") == "PRICE = 7\n"
    assert (project.path / ANSWERS_FILE).exists()
    assert project.git("status", "--porcelain") == ""
    assert "Ten years of orders" in project.git("log", "--format=%s")


def test_what_needs_trust_is_refused(
    shell: Callable[[str], None], tmp_path: Path
) -> None:
    """Else the tests of this module would prove nothing about trust."""
    shell(
        f"""\
git clone --quiet {HOST}platform/plumbline.git worse
cd worse
printf '_tasks: [touch was-here]\\n' >> copier.yml
git commit --quiet --all --message Worse
git tag v100.0.0
git push --quiet origin v100.0.0
cd ..
uvx copier copy --quiet --defaults {HOST}platform/plumbline.git orders || test $? = 4
"""
    )

    assert not (tmp_path / "orders").exists()


def script(heading: str) -> str:
    """Return what a section of the page tells its reader to do, as one script.

    Raises:
        PageError: it holds a block that is neither a file nor commands.
    """
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(map(_line, steps(section)))


def _line(step: Step) -> str:
    match step:
        case NewFile(path, content):
            folder = Path(path).parent
            return f"mkdir -p '{folder}'; cat > '{path}' <<'END OF FILE'\n{content}END OF FILE"
        case Command(line):
            return line
