"""The migrations, and whether they make what the models say."""

import asyncio

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


async def test_migrations_go_up_down_and_up_again(alembic: Config) -> None:
    history = list(ScriptDirectory.from_config(alembic).walk_revisions())
    for script in reversed(history):
        down = script.down_revision or "base"
        await asyncio.to_thread(command.upgrade, alembic, script.revision)
        await asyncio.to_thread(command.downgrade, alembic, str(down))
        await asyncio.to_thread(command.upgrade, alembic, script.revision)


async def test_migrations_make_what_the_models_say(alembic: Config) -> None:
    await asyncio.to_thread(command.upgrade, alembic, "head")
    await asyncio.to_thread(command.check, alembic)


def test_migrations_have_one_head(alembic: Config) -> None:
    assert len(ScriptDirectory.from_config(alembic).get_heads()) <= 1
