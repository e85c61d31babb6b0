"""The command judges any service, and says what it could not judge."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from conformance.changes import NAMES, Edit, Spoiled
from conformance.projects import Rendered, spoiled
from harness.process import run
from harness.render import ROOT, tree
from plumb.cli import app

# A service as people write them, with Poetry and without layers, that must not be run.
FOREIGN = {
    "pyproject.toml": '[tool.poetry]\nname = "shop"\n\n[tool.poetry.dependencies]\n',
    "app/__init__.py": "",
    "app/main.py": """\
import os
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

Path(__file__).with_name("was-run").touch()
app = FastAPI()
engine = create_async_engine(os.environ["DB_URL"])


@app.get("/users/")
def users(ids=[]) -> dict:
    print(ids)
    return {"users": ids}
""",
    "app/broken.py": "def half(:\n",
}


def plumb(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A service that does not come from this template."""
    for path, content in FOREIGN.items():
        (tmp_path / "shop" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / path).write_text(content, "utf-8")
    return tmp_path / "shop"


def test_generated_service_conforms(rendered: Rendered) -> None:
    """Nothing is found, and the service is left as it was."""
    project = rendered(NAMES)
    before = tree(project)

    result = plumb(project)

    assert result.exit_code == 0, result.output
    assert " 0 broken" in result.output
    assert tree(project) == before


def test_departure_is_shown_with_its_place(rendered: Rendered) -> None:
    """The row, the file, the line, and what to do."""
    example = Spoiled(
        Edit("{orders[router]}.py", "from fastapi", "import sqlalchemy\nfrom fastapi")
    )
    with spoiled(rendered, example) as project:
        result = plumb(project, "--only", "LAY-43")

    assert result.exit_code == 1
    assert "LAY-43 must" in result.output
    assert "src/acme/api/v1/orders.py:" in result.output
    assert "imports sqlalchemy" in result.output


def test_foreign_service_is_judged_but_not_run(foreign: Path) -> None:
    """It gets findings, and a table of what nobody but a test could tell."""
    result = plumb(foreign)

    assert result.exit_code == 1
    assert "app/main.py:13: B006" in result.output
    assert "Could not be judged" in result.output
    assert "only a test can show that" in result.output
    assert "not read: app/broken.py: invalid syntax" in result.output
    assert not (foreign / "app" / "was-run").exists()


def test_json_holds_everything(foreign: Path) -> None:
    """As many rows as the tables count, each with its outcome."""
    result = plumb(foreign, "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (found["package"], found["layout"]) == ("app", None)
    assert sum(found["counts"].values()) == len(found["requirements"])
    row = next(each for each in found["requirements"] if each["id"] == "PIT-03")
    assert row["outcome"] == "broken"
    assert {key: row["findings"][-1][key] for key in ("path", "line")} == {
        "path": "app/main.py",
        "line": 13,
    }
    assert found["unreadable"][0]["path"] == "app/broken.py"


@pytest.mark.parametrize("everything", [False, True])
def test_findings_are_cut_unless_all_are_asked_for(
    foreign: Path, everything: bool
) -> None:
    """Seven places of one kind do not hide the rest."""
    repeated = "".join(f"def f{n}(x: list = []) -> None: ...\n" for n in range(7))
    (foreign / "app" / "repeated.py").write_text(repeated, "utf-8")

    result = plumb(foreign, "--only", "PIT-03", *["--all"] * everything)

    assert ("more; --all shows them" in result.output) is not everything
    assert ("app/repeated.py:7" in result.output) is everything


def test_chosen_rows_are_judged_alone(foreign: Path) -> None:
    """Rows and concerns can be mixed, in either case."""
    result = plumb(foreign, "--only", "pit,LAY-12", "--json")

    names = [row["id"] for row in json.loads(result.stdout)["requirements"]]
    assert names[0] == "LAY-12"
    assert {name[:3] for name in names[1:]} == {"PIT"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing"], "missing is no folder"),
        (["empty"], "holds no Python package"),
        (["shop", "--package", "nowhere"], "nowhere is no folder of"),
        (["shop", "--only", "ABC"], "there is no ABC. Name a row"),
        (["shop", "--openapi", "missing.json"], "No such file"),
        (["shop", "--openapi", "shop/app/main.py"], "is no JSON"),
        (["shop", "--openapi", "empty.json"], "does not describe an API"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_judged_is_named(
    arguments: list[str],
    said: str,
    foreign: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One clear line, and another end than that of a judgement."""
    monkeypatch.chdir(foreign.parent)
    (foreign.parent / "empty").mkdir()
    (foreign.parent / "empty.json").write_text("{}", "utf-8")

    result = plumb(*arguments)

    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())


def test_wheel_brings_the_matrix_along(foreign: Path, tmp_path: Path) -> None:
    """Who has no clone of this repository can judge, too."""
    run(["uv", "build", "--wheel", "--out-dir", tmp_path / "dist"], ROOT)
    wheel = next((tmp_path / "dist").glob("*.whl"))

    tool = ["uvx", "--isolated", "--python", sys.executable, "--from", str(wheel)]
    judged = subprocess.run(
        [*tool, "plumb", str(foreign), "--only", "PIT-03"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 1, judged.stderr
    assert "app/main.py:13: B006" in judged.stdout
