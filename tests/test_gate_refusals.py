"""A project's own gate refuses what it is there to refuse."""

from collections.abc import Mapping

import pytest

from harness.process import CommandFailedError
from harness.template import working_template
from harness.workbench import Workbench

PACKAGE = "acme_orders"
SOURCE = f"src/{PACKAGE}"

# A table that no model knows, and that stays on the way down.
MIGRATION = '''\
"""forget a table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table("forgotten", sa.Column("id", sa.Uuid()))


def downgrade() -> None:
    pass
'''
LIE = '"""Lies."""\n\nNUMBER: int = "one"\n'
UNTESTED = '"""Nobody imports this."""\n\n' + "".join(
    f"NUMBER_{number} = {number}\n" for number in range(300)
)
SERVICE = '''\
"""Knows HTTP."""

from fastapi import HTTPException

NOT_FOUND = HTTPException(404)
'''
SERVICES = {
    "layered": {f"{SOURCE}/services/ticket_service.py": SERVICE},
    "domain": {
        f"{SOURCE}/tickets/__init__.py": '"""Tickets."""\n',
        f"{SOURCE}/tickets/service.py": SERVICE,
    },
}

# What is written into the project, and what the gate says to it.
REFUSALS = {
    "lint": (
        {f"{SOURCE}/core/added.py": '"""Imports in vain."""\n\nimport os\n'},
        ["F401"],
    ),
    "format": (
        {f"{SOURCE}/core/added.py": '"""Is crooked."""\n\nNUMBER = (1)\n'},
        ["would be reformatted"],
    ),
    "types": (
        {f"{SOURCE}/core/added.py": LIE, "tests/unit/test_added.py": LIE},
        ["core/added.py:3: error:", "tests/unit/test_added.py:3: error:"],
    ),
    "migrations and coverage": (
        {
            "migrations/versions/0002_forget_a_table.py": MIGRATION,
            f"{SOURCE}/core/added.py": UNTESTED,
        },
        [
            "FAILED tests/integration/test_migrations.py::test_migrations_go_up_down_",
            "FAILED tests/integration/test_migrations.py::test_migrations_make_what_",
            "Required test coverage of 90",
        ],
    ),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Use one layout, or with `--everything` each."""
    layouts = working_template().questionnaire.structural["layout"]
    everything = metafunc.config.getoption("everything")
    metafunc.parametrize("layout", layouts if everything else layouts[:1])


@pytest.fixture
def project(layout: str, workbench: Workbench) -> Workbench:
    """A project whose environment is there, and whose lock is not looked at again."""
    workbench.render(
        {
            "layout": layout,
            "with_example": False,
            "project_name": PACKAGE.replace("_", "-"),
            "package_name": PACKAGE,
        }
    )
    workbench.run("uv", "sync", "--locked")
    return workbench


def refuse(project: Workbench, files: Mapping[str, str]) -> str:
    """Return what the gate says to a project that it refuses."""
    with project.changed(files), pytest.raises(CommandFailedError) as failure:
        project.run("uv", "run", "--no-sync", "task", "check")
    return failure.value.output


@pytest.mark.parametrize("rule", REFUSALS)
def test_the_gate_refuses(rule: str, project: Workbench) -> None:
    """Each of its steps can fail, and says why."""
    files, said = REFUSALS[rule]

    output = refuse(project, files)

    assert not [text for text in said if text not in output], output


def test_the_gate_refuses_a_service_that_knows_http(
    layout: str, project: Workbench
) -> None:
    """The import contracts hold in the layout's own places."""
    output = refuse(project, SERVICES[layout])

    assert "Services know neither HTTP nor SQL BROKEN" in output


def test_the_gate_refuses_an_old_lock(project: Workbench) -> None:
    """Dependencies and their lock agree."""
    manifest = (project.project / "pyproject.toml").read_text("utf-8")
    changed = manifest.replace('    "typer', '    "packaging",\n    "typer')
    assert changed != manifest

    output = refuse(project, {"pyproject.toml": changed})

    assert "needs to be updated" in output
