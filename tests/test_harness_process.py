"""Commands fail loudly, projects are replaced cleanly, figures reach the terminal."""

import re
import sys
import time
from pathlib import Path

import pytest

from harness import synthetic
from harness.process import CommandFailedError, clean_environment, run
from harness.render import ROOT, tree
from harness.workbench import IMPORT_ALONE, Workbench


def test_a_failure_shows_the_end_of_the_output(tmp_path: Path) -> None:
    """The message has the command, where it ran, its status, its output and the hint."""
    script = "for i in range(100): print('line', i)\nraise SystemExit(3)"

    with pytest.raises(CommandFailedError) as failure:
        run([sys.executable, "-c", script], tmp_path, hint="make it so")

    message = str(failure.value)
    assert f"in {tmp_path}: exit status 3" in message
    assert "line 99" in message
    assert "line 1\n" not in message
    assert message.endswith("make it so")
    assert "line 1\n" in failure.value.output


def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    """A server that a gate started does not outlive it."""
    script = "sleep 60 & echo $! > child; wait"
    begin = time.monotonic()

    with pytest.raises(CommandFailedError, match="no end after 1 s"):
        run(["sh", "-c", script], tmp_path, timeout=1)

    assert time.monotonic() - begin < 30
    child = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    # The kernel takes its time on a busy machine, and what it killed may stay as a
    # zombie, state Z, until its new parent looks.
    while child.exists() and child.read_text().split()[2] != "Z":
        assert time.monotonic() - begin < 30
        time.sleep(0.05)


def test_the_environment_is_a_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """This run's own environment is left out; where packages come from is not."""
    own = Path(sys.prefix) / "bin"
    for name in (
        "VIRTUAL_ENV",
        "UV",
        "UV_PROJECT_ENVIRONMENT",
        "UV_FROZEN",
        "PYTHONPATH",
    ):
        monkeypatch.setenv(name, "ours")
    monkeypatch.setenv("UV_INDEX_URL", "https://packages.example.com")
    monkeypatch.setenv("UV_CACHE_DIR", "/cache")
    monkeypatch.setenv("PATH", f"{own}:/usr/bin")

    found = clean_environment()

    assert "ours" not in found.values()
    assert found["UV_INDEX_URL"] == "https://packages.example.com"
    assert found["UV_CACHE_DIR"] == "/cache"
    assert found["PATH"] == "/usr/bin"


def test_a_workbench_replaces_projects(tmp_path: Path) -> None:
    """Files of the former project go, with their folders; caches stay."""
    source = synthetic.write(
        tmp_path / "template",
        {
            "template/{{ place.main }}.py.jinja": "{{ layout }}\n",
            "template/{% if with_example %}deep{% endif %}/er/a.py": "a\n",
            "template/same.py": "same\n",
        },
    )
    workbench = Workbench(tmp_path / "service", source)
    workbench.render({"layout": "domain"})
    compiled = workbench.project / "core/__pycache__/main.pyc"
    compiled.parent.mkdir()
    compiled.touch()
    cache = workbench.project / ".mypy_cache/x.json"
    cache.parent.mkdir()
    cache.touch()
    written = (workbench.project / "same.py").stat().st_mtime_ns

    workbench.render({"layout": "layered", "with_example": False})

    assert {path.name for path in workbench.project.iterdir()} == {
        ".mypy_cache",
        "main.py",
        "same.py",
    }
    assert (workbench.project / "main.py").read_text() == "layered\n"
    assert (workbench.project / "same.py").stat().st_mtime_ns == written


def test_a_workbench_puts_back_what_was_changed(tmp_path: Path) -> None:
    """New files go with their folders, and changed ones are as they were rendered."""
    source = synthetic.write(tmp_path / "template", {"template/a.txt": "a\n"})
    workbench = Workbench(tmp_path / "service", source)
    workbench.render({})

    with workbench.changed({"a.txt": "b\n", "deep/er/new.txt": "new\n"}):
        assert (workbench.project / "a.txt").read_text() == "b\n"
        assert (workbench.project / "deep/er/new.txt").read_text() == "new\n"

    assert tree(workbench.project) == {"a.txt": b"a\n"}
    assert not (workbench.project / "deep").exists()


def test_a_workbench_tells_how_to_make_the_project(tmp_path: Path) -> None:
    """A failing command's message holds the answers."""
    source = synthetic.write(tmp_path / "template", {"template/a.txt": "a\n"})
    workbench = Workbench(tmp_path / "service", source)
    workbench.render({"layout": "domain"})

    with pytest.raises(CommandFailedError, match=r"copier copy .* -d layout=domain"):
        workbench.run("false")


def package(folder: Path, modules: dict[str, str]) -> str:
    """Write the package `acme` and import its modules alone; return what was said."""
    for path, content in {"__init__.py": "", **modules}.items():
        file = folder / "acme" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    environment = {**clean_environment(), "PYTHONPATH": str(folder)}
    arguments = [sys.executable, str(IMPORT_ALONE), "acme"]
    return run(arguments, folder, environment=environment).output


def test_modules_that_import_alone(tmp_path: Path) -> None:
    """Nested modules count; `__main__` would run the program."""
    said = package(
        tmp_path,
        {
            "a.py": "import json\nfrom acme.deep import b",
            "deep/__init__.py": "",
            "deep/b.py": "",
            "__main__.py": "raise SystemExit(9)",
        },
    )

    assert "4 modules import alone" in said


@pytest.mark.parametrize(
    "modules",
    [
        # Right only after `b` was imported, which whoever imports the package did.
        {"a.py": "import sys\nsys.modules['acme.b']", "b.py": "import acme.a"},
        {"a.py": "from acme.b import x\ny = 1", "b.py": "from acme.a import y\nx = 1"},
        {"a.py": "1 / 0"},
    ],
)
def test_modules_that_do_not_import_alone(
    tmp_path: Path, modules: dict[str, str]
) -> None:
    """A module that needs another one imported first is named."""
    with pytest.raises(CommandFailedError, match=r"acme[./]a"):
        package(tmp_path, modules)


SUITE = """\
import pytest
from harness.figures import Recorder

@pytest.mark.parametrize("seconds", [3.5, 25.52])
def test_step(seconds: float, recorder: Recorder) -> None:
    recorder.progress("gate", 2, f"step {seconds}")
    recorder.figure("warm", seconds, 20, "s")
    recorder.figure("files", 7, 60, "files")
    recorder.figure("lines", 7, 20, "lines", of="sum")
    recorder.figure("middle", seconds, 20, "s", of="median")
    assert seconds < 20
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_figures_reach_the_terminal(tmp_path: Path, workers: str) -> None:
    """Progress is shown as it is made, the worst figures at the end, xdist or not."""
    conftest = (ROOT / "tests" / "conftest.py").read_text()
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_suite.py").write_text(SUITE)
    paths = f"{ROOT}:{ROOT / 'tests'}"

    with pytest.raises(CommandFailedError) as failure:
        run(
            [sys.executable, "-m", "pytest", "-n", workers, "-p", "no:cacheprovider"],
            tmp_path,
            environment={**clean_environment(), "PYTHONPATH": paths},
        )

    lines = [line.strip() for line in str(failure.value).splitlines()]
    assert {line.split()[1] for line in lines if line.startswith("gate ")} == {
        "1/2",
        "2/2",
    }
    assert any(line.endswith("step 25.52  FAILED") for line in lines)
    assert "warm        25.5 of   20 s  over" in lines
    assert "files          7 of   60 files" in lines
    assert "lines         14 of   20 lines" in lines
    assert "middle      14.5 of   20 s" in lines
    assert any(re.fullmatch(r"this run +[\d.]+ of +360 s", line) for line in lines)
