"""Finishes an update from the template: the lock, the migration, the generated pages.

Usage: python -m scripts.template_finish [--allow-drop] [--breaking]

What it has done is done when a later step fails; run it again then.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[1]
_NEXT = """
Next:

    git diff
    uv run task check
    git add --all && git commit -m "chore: update from the template"
"""


def conflicts() -> list[str]:
    """Return the files in which the update left a conflict."""
    # This finds them without a repository, too.
    search = ("git", "grep", "--no-index", "--exclude-standard", "--files-with-matches")
    marked = _output(*search, "-I", "--extended-regexp", "^(<<<<<<<|>>>>>>>) ")
    refused = _output(*search, "-e", "", "--", "*.rej")
    return sorted({*marked.splitlines(), *refused.splitlines()})


def lock() -> None:
    """Bring uv.lock up to date; what is new in it gets the versions that were tested."""
    _run("uv", "lock")
    # `uv run` has locked, too: what was there before is what was committed.
    before = _versions(_output("git", "show", "HEAD:./uv.lock"))
    after = _versions((_PROJECT / "uv.lock").read_text("utf-8"))
    added = after.keys() - before.keys() if before else set()
    tested = (_PROJECT / "tested-versions.txt").read_text("utf-8").splitlines()
    options = [
        f"--upgrade-package={name}=={version}"
        for name, _, version in (line.partition("==") for line in tested)
        if name in added and after[name] != version
    ]
    if options and not _succeeds("uv", "lock", *options):
        print("These tested versions do not fit, so uv.lock has newer ones.")


def _versions(text: str) -> dict[str, str]:
    """Return the versions of packages by their names, as a lock has them."""
    packages = tomllib.loads(text).get("package", [])
    return {package["name"]: package.get("version", "") for package in packages}


def _output(*command: str) -> str:
    return subprocess.run(
        command, cwd=_PROJECT, capture_output=True, check=False, text=True
    ).stdout


def _run(*command: str) -> None:
    """Run a step; if it fails, it has said why.

    Raises:
        SystemExit: it failed.
    """
    if not _succeeds(*command):
        sys.exit(f"\nStopped at: {' '.join(command)}\nMend that, then run this again.")


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, cwd=_PROJECT, check=False).returncode == 0


def main(options: list[str]) -> None:
    """Do all that an update leaves to be done by commands."""
    if unknown := {*options} - {"--allow-drop", "--breaking"}:
        sys.exit(f"Error: there is no {', '.join(sorted(unknown))}.\n{__doc__}")
    if found := conflicts():
        files = "\n".join(f"  {file}" for file in found)
        sys.exit(
            f"Error: the update left conflicts, and nothing is done yet:\n{files}\n"
            "Choose between the lines of <<<<<<< and >>>>>>>, delete *.rej files, "
            "then run this again."
        )
    lock()
    # Each in a process of its own, in the environment of the new lock.
    _run("uv", "run", "python", "-m", "scripts.history", *{"--allow-drop"} & {*options})
    _run("uv", "run", "task", "docs", "--", *{"--breaking"} & {*options})
    print(_NEXT)


if __name__ == "__main__":
    main(sys.argv[1:])
