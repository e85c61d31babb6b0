"""A thousand tasks have one effect each, though processes and brokers are killed."""

import shutil

import pytest

from harness.workbench import Workbench

TASKS = 1000
ANSWERS = {
    "project_name": "acme-orders",
    "package_name": "acme",
    "preset": "custom",
    "task_queue": "celery",
}


@pytest.mark.long
def test_no_task_is_lost_or_done_twice(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    """The gate runs these tests with few tasks, in which less can coincide."""
    if not pytestconfig.getoption("everything"):
        pytest.skip("takes some minutes: --everything")
    for server in ("redis-server", "rabbitmq-server"):
        assert shutil.which(server), f"{server} is not on the PATH"
    workbench.render(ANSWERS)
    workbench.run("uv", "sync", "--locked")
    monkeypatch.setenv("TEST_TASKS", str(TASKS))

    lost = "tests/e2e/test_lost_processes.py"
    workbench.run("uv", "run", "--no-sync", "pytest", "-n", "0", lost)
