"""All that the page *Extending the service* wires is a new file."""

import re
from collections.abc import Callable

import pytest

from harness.answers import Answers
from harness.pages import PACKAGE, Reader, following, in_projects
from harness.process import CommandFailedError
from harness.serving import serve

PAGE = "extending.md"

# Nothing listens there: what is asked for here needs no database.
VARIABLES = {
    "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/nowhere",
    "ENVIRONMENT": "test",
    "JWT_KEY": "k" * 32,
}


@in_projects()
@pytest.mark.long
def test_every_extension_is_a_new_file_and_is_wired(
    answers: Answers, warm: dict[str, str], need_tools: Callable[[Answers], None]
) -> None:
    """One of each kind works on the assembled service, and the gate stays green."""
    need_tools(answers)
    with following(PAGE, answers, warm) as (reader, _):
        # It lists settings, for people.
        assert reader.edited() == [" M .env.example"]
        check_table(reader)
        check_command_and_task(reader)
        check_service(reader)
        check_missing_setting(reader)


def check_table(reader: Reader) -> None:
    """The migration was made from the model, so the model was found."""
    written = reader.path.glob("migrations/**/*_add_greetings.*")
    [migration] = [path for path in written if path.suffix in {".py", ".sql"}]

    creates = r'(op\.create_table\(\s+|CREATE TABLE )"greetings"'
    assert re.search(creates, migration.read_text())


def check_command_and_task(reader: Reader) -> None:
    """Both run; the task hands its arguments on."""
    command = ("uv", "run", "python", "-m", "scripts.local", PACKAGE, "greet", "Bob")

    assert "Hello, Bob!" in reader.run(*command)
    assert "Hello, Eve!" in reader.run("uv", "run", "task", "greet", "--", "Eve")
    assert "greet:" in reader.run("uv", "run", "task", "--list", "--color=false")


def check_service(reader: Reader) -> None:
    """Route, setting, error, middleware and start-up hook work over HTTP."""
    log = reader.path.with_name("log")
    environment = {**reader.environment, **VARIABLES, setting(reader): "Ahoy"}
    with serve(reader.path, PACKAGE, log, environment) as server:
        greeting = server.get("/api/v1/greetings/Ada")
        words = server.get("/api/v2/greetings/Ada")
        conflict = server.get("/api/v1/greetings/everybody")
        health = server.get("/health")
    output = log.read_text(encoding="utf-8")

    assert (greeting.status, greeting.body) == (200, {"text": "Ahoy, Ada!"})
    assert (words.status, words.body) == (200, {"words": ["Ahoy,", "Ada!"]})
    assert conflict.status == 409
    assert conflict.headers["content-type"] == "application/problem+json"
    assert conflict.body["error"]["code"] == "ALREADY_GREETED"
    for answer in (greeting, conflict, health):
        assert answer.headers["content-language"] == "en"
    assert output.index("greetings_begin") < output.index('"request"')
    assert output.index('"request"') < output.index("greetings_end")


def check_missing_setting(reader: Reader) -> None:
    """A setting without a default has to be set, and is named where it is not."""
    [module] = [
        path
        for path in reader.path.glob("src/**/*.py")
        if 'default="Hello"' in path.read_text(encoding="utf-8")
    ]
    source = module.read_text(encoding="utf-8")
    module.write_text(source.replace('default="Hello", ', ""), encoding="utf-8")

    with pytest.raises(CommandFailedError, match=f"{setting(reader)}: Field required"):
        reader.run("uv", "run", "--no-sync", PACKAGE, "serve", **VARIABLES)


def setting(reader: Reader) -> str:
    """Return the variable that the page names."""
    found = re.search(r"`(\w+_WORD)`", reader.page(PAGE))
    assert found
    return found[1]
