"""The tasks that CI runs beside the gate pass, and refuse what they are there for."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from harness.process import CommandFailedError
from harness.workbench import Workbench

PACKAGE = "acme_orders"
COPY = '"""Has a copy."""\n' + "".join(
    f"\nNUMBER_{number} = {number}" for number in range(12)
)

# What the page about security accepts as an example.
VULNERABILITY = "PYSEC-2026-1"


class Vulnerabilities(BaseHTTPRequestHandler):
    """Answers as OSV does, and knows of one vulnerability, in Typer."""

    def do_POST(self) -> None:
        """Tell the vulnerabilities of a package."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = [{"id": VULNERABILITY, "summary": "It types.", "affected": []}]
        vulnerable = asked["package"]["name"] == "typer"
        body = json.dumps({"vulns": known} if vulnerable else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def osv() -> Iterator[str]:
    """The address of a service that knows vulnerabilities."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Vulnerabilities) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


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


def test_vulnerable_package_is_refused_until_it_is_accepted(
    project: Workbench, osv: str
) -> None:
    """All that is locked is looked at, and the page about security says how to accept."""
    task = ("uv", "run", "--no-sync", "task", "audit", "--", "-s", "osv")
    policy = (project.project / "SECURITY.md").read_text("utf-8")
    accepted = re.findall(r"```yaml\n(.*?)```", policy, re.DOTALL)

    with pytest.raises(CommandFailedError) as failure:
        project.run(*task, "--osv-url", osv)
    with project.changed({"Taskfile.project.yml": "".join(accepted)}):
        output = project.run(*task, "--osv-url", osv)

    assert re.search(rf"^typer +\S+ +{VULNERABILITY}", failure.value.output, re.M)
    assert "No known vulnerabilities found, 1 ignored" in output


@pytest.mark.parametrize("task", ["tree", "outdated"])
def test_dependencies_are_listed(task: str, project: Workbench) -> None:
    """Each is there with its version."""
    assert "fastapi v" in project.run("uv", "run", "--no-sync", "task", task)
