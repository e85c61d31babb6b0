"""The tasks that CI runs beside the gate pass, and refuse what they are there for."""

import pytest

from harness.process import CommandFailedError
from harness.workbench import Workbench

PACKAGE = "acme_orders"
COPY = '"""Has a copy."""\n' + "".join(
    f"\nNUMBER_{number} = {number}" for number in range(12)
)


@pytest.fixture
def project(workbench: Workbench) -> Workbench:
    """A project whose environment is there."""
    workbench.render({"project_name": "acme-orders", "package_name": PACKAGE})
    workbench.run("uv", "sync", "--locked")
    return workbench


def test_copied_code_is_found(project: Workbench) -> None:
    """None is there, until a module comes twice."""
    duplicates = ("uv", "run", "--no-sync", "task", "duplicates")
    project.run(*duplicates)
    copies = {f"src/{PACKAGE}/core/{name}.py": COPY for name in ("one", "two")}

    with project.changed(copies), pytest.raises(CommandFailedError) as failure:
        project.run(*duplicates)

    assert "Similar lines in 2 files" in str(failure.value)


def test_licence_that_is_not_allowed_is_refused(project: Workbench) -> None:
    """All are allowed, until one is struck off."""
    licenses = ("uv", "run", "--no-sync", "task", "licenses")
    project.run(*licenses)
    manifest = (project.project / "pyproject.toml").read_text("utf-8")
    stricter = {"pyproject.toml": manifest.replace("ISC License (ISCL);", "")}

    with project.changed(stricter), pytest.raises(CommandFailedError) as failure:
        project.run(*licenses)

    assert "ISC License (ISCL)" in str(failure.value)


@pytest.mark.parametrize("task", ["tree", "outdated"])
def test_dependencies_are_listed(task: str, project: Workbench) -> None:
    """Each is there with its version."""
    assert "fastapi v" in project.run("uv", "run", "--no-sync", "task", task)
