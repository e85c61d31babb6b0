"""A project's own gate refuses what it is there to refuse."""

import shutil
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha512
from string import ascii_letters, ascii_uppercase, digits

import pytest

from harness.process import CommandFailedError
from harness.template import working_template
from harness.workbench import QUICKLY, Workbench

PACKAGE = "acme_orders"
SOURCE = f"src/{PACKAGE}"

# A table that no model knows, and that stays on the way down.
MIGRATION = '''\
"""forget a table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
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


def made_up(name: str, letters: str, count: int) -> str:
    """Return what looks like a secret, is none, and is the same each time."""
    noise = sha512(name.encode()).digest()
    return "".join(letters[byte % len(letters)] for byte in noise)[:count]


KEY_ID = "AKIA" + made_up("key", ascii_uppercase + "234567", 16)
TOKEN = made_up("token", ascii_letters + digits, 43)
PASSWORD = made_up("password", ascii_letters + digits, 24)
LOGIN = made_up("login", ascii_letters + digits, 16)
PRIVATE_KEY = b64encode(sha512(b"private").digest()).decode()
# Each with the line that a secret is on, and the secret.
PLANTED = {
    f"{SOURCE}/core/cloud.py": (
        f'"""Knows the cloud."""\n\nKEY_ID = "{KEY_ID}"\n',
        3,
        KEY_ID,
    ),
    f"{SOURCE}/core/partner.py": (
        f'"""Knows a partner."""\n\nTOKEN = "{TOKEN}"\n',
        3,
        TOKEN,
    ),
    "deploy/settings.yml": (f"user: acme\npassword: {PASSWORD}\n", 2, PASSWORD),
    ".env.test": (f"DB_URL=postgresql://acme:{LOGIN}@db.internal/acme\n", 1, LOGIN),
    "deploy/key.pem": (
        f"-----BEGIN RSA PRIVATE KEY-----\n{PRIVATE_KEY}\n",
        2,
        PRIVATE_KEY,
    ),
}

DANGER = MIGRATION.replace(
    'op.create_table("forgotten", sa.Column("id", sa.Uuid()))',
    'op.add_column("idempotency_keys", sa.Column("id", sa.Uuid(), nullable=False))',
)

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
    "dangerous migrations": (
        {"migrations/versions/0005_forget_a_table.py": DANGER},
        ["table.py:15: adding-required-field:", "docs/migrations.md, Add a column"],
    ),
    "migrations and coverage": (
        {
            "migrations/versions/0005_forget_a_table.py": MIGRATION,
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
            "auth": "none",
            "with_example": False,
            "project_name": PACKAGE.replace("_", "-"),
            "package_name": PACKAGE,
        }
    )
    workbench.run("uv", "sync", "--locked")
    return workbench


def refuse(project: Workbench, files: Mapping[str, str]) -> str:
    """Return what the gate says to a project that it refuses.

    The slow tests are left out: the others reach the coverage that is required, too.
    """
    check = ("uv", "run", "--no-sync", "task", "check")
    with project.changed(files), pytest.raises(CommandFailedError) as failure:
        project.run(*check, **QUICKLY)
    return failure.value.output


@pytest.mark.long
@pytest.mark.parametrize("rule", REFUSALS)
def test_the_gate_refuses(rule: str, project: Workbench) -> None:
    """Each of its steps can fail, and says why."""
    files, said = REFUSALS[rule]

    output = refuse(project, files)

    assert not [text for text in said if text not in output], output


def test_the_gate_refuses_secrets(project: Workbench) -> None:
    """It names file and line, does not print them, and is content when they are gone."""
    output = refuse(project, {path: text for path, (text, _, _) in PLANTED.items()})

    for path, (_, line, secret) in PLANTED.items():
        assert f"Location:    {path}:{line}\n" in output
        assert secret not in output
    assert 'Failed to run task "secrets"' in output
    project.run("uv", "run", "--no-sync", "task", "secrets")


def test_a_hook_refuses_secrets(project: Workbench) -> None:
    """What the gate finds is not committed in the first place."""
    hook = ("uv", "run", "--no-sync", "pre-commit", "run", "secrets")
    try:
        project.run("git", "init", "--quiet")
        project.run("git", "add", "--all")
        project.run(*hook)
        with project.changed({path: text for path, (text, _, _) in PLANTED.items()}):
            project.run("git", "add", "--all")
            with pytest.raises(CommandFailedError) as failure:
                project.run(*hook)
    finally:
        shutil.rmtree(project.project / ".git")

    for path, (_, line, secret) in PLANTED.items():
        assert f"Location:    {path}:{line}\n" in failure.value.output
        assert secret not in failure.value.output


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
