"""Projects to judge: fresh ones, spoiled ones, and the API that they describe."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from conformance.changes import Spoiled
from harness.answers import Answers
from harness.workbench import Workbench
from plumb.service import Service

type Rendered = Callable[[Answers], Path]

_DESCRIBE = """
import json, os
os.environ["DATABASE_URL"] = "postgresql://localhost/service"
os.environ["JWT_KEY"] = "k" * 32
os.environ["REDIS_URL"] = "redis://localhost"
from {main} import create_app
print(json.dumps(create_app().openapi()))
"""


@cache
def judged(project: Path) -> Service:
    """Return the service in a folder that nobody changes, read once."""
    return Service(project)


@contextmanager
def spoiled(rendered: Rendered, example: Spoiled) -> Iterator[Path]:
    """Make a project in which something is wrong, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "service"
        shutil.copytree(rendered(example.answers), project)
        example.apply(project)
        yield project


def described(workbench: Workbench, main: str) -> Mapping[str, Any]:
    """Return what the service on the workbench says of its API (OpenAPI).

    Args:
        workbench: with an environment.
        main: the module with the application's factory.
    """
    code = _DESCRIBE.format(main=main)
    output = workbench.run("uv", "run", "--no-sync", "python", "-c", code)
    document: Mapping[str, Any] = json.loads(output.splitlines()[-1])
    return document
