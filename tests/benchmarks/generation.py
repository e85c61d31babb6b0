"""Times `copier copy` of this template beside that of a template of plain files.

    uv run python -m tests.benchmarks.generation [RUNS]

The plain template holds the files that this one renders with default answers: as many,
with the same names and bytes, in a git repository like this one, and nothing to ask or
to compute. The two take turns, so that a slow moment of the machine meets both, and
processor time, of git's processes too, stands beside what a clock on the wall shows.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from maintenance.template import copy_questionnaire

ROOT = Path(__file__).resolve().parents[2]
BUDGET = 1.3
"""How many times as long as the plain template this one may take."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.generation")
    parser.add_argument("runs", nargs="?", type=int, default=10)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="generation-") as folder:
        compare(Path(folder), runs)


def compare(folder: Path, runs: int) -> None:
    """Print seconds and ratios of the two templates.

    Args:
        folder: an empty folder to work in.
        runs: how often each is copied.
    """
    template = folder / "template"
    copy_questionnaire(ROOT, template)
    shutil.copytree(ROOT / "template", template / "template")
    release(template)
    project = folder / "my-service"
    generate(template, project)
    files = [path for path in project.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {size / 1024:.0f} KiB; {runs} runs each, in turn")

    plain = folder / "plain"
    plain.mkdir()
    project.rename(plain / "template")
    (plain / "copier.yml").write_text("_subdirectory: template\n", "utf-8")
    release(plain)

    generate(plain, folder / "warm-up")
    pairs = [
        (
            generate(template, folder / f"template-{run}"),
            generate(plain, folder / f"plain-{run}"),
        )
        for run in range(runs)
    ]
    for index, kind in enumerate(("wall", "processor")):
        ours, theirs = ([pair[side][index] for pair in pairs] for side in (0, 1))
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        print(f"{kind} time")
        print(f"  this template  {describe(ours)} s")
        print(f"  plain files    {describe(theirs)} s")
        print(f"  ratio          {describe(ratios)}; at most {BUDGET} is wanted")


def describe(values: list[float]) -> str:
    """Return the least and the middle value."""
    return f"min {min(values):.3f}, median {statistics.median(values):.3f}"


def release(template: Path) -> None:
    """Make a folder a git repository with one released version."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for arguments in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*identity, "commit", "--quiet", "--message=Release"),
        ("tag", "v1.0.0"),
    ):
        subprocess.run(["git", *arguments], cwd=template, check=True)


def generate(template: Path, project: Path) -> tuple[float, float]:
    """Copy a template as a user does; return wall and processor time in seconds."""
    begin, used = time.perf_counter(), processor_time()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "copier",
            "copy",
            "--defaults",
            "--quiet",
            template,
            project,
        ],
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull},
        check=True,
    )
    return time.perf_counter() - begin, processor_time() - used


def processor_time() -> float:
    """Return what all finished child processes have used, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
