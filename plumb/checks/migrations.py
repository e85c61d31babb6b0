"""How the schema of the database changes (MIG)."""

import ast
import re
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check, depends_on, with_file
from plumb.checks.tasks import (
    applies_migrations,
    asks_before_data_are_lost,
    resets_the_database,
    takes_migrations_back,
    writes_migrations,
)
from plumb.commands import ci_runs, offers
from plumb.kinds import calls, shipped, text
from plumb.service import Module, Service, last_name

_TESTS = "tests/integration/test_migrations.py"
_TABLE_TESTS = "tests/integration/test_tables.py"
_LINT_TESTS = "tests/unit/test_migration_lint.py"
_PRINT_TESTS = "tests/unit/test_print_migrations.py"
_JOB = "tests/e2e/test_migrate.py"
_TASKS = "tests/e2e/test_database_tasks.py"
_FOLDERS = ("migrations", "alembic", "{package}/migrations", "{package}/alembic")
_TABLES = re.compile(r"(add|alter|create|drop|rename)_\w+|batch_alter_table")
_SCHEMA = re.compile(
    r"\s*((ALTER|CREATE|DROP)\s+(OR REPLACE\s+|UNIQUE\s+|MATERIALIZED\s+)?"
    r"(DOMAIN|EXTENSION|FUNCTION|INDEX|SCHEMA|SEQUENCE|TABLE|TRIGGER|TYPE|VIEW)\s"
    r"|TRUNCATE\s)",
    re.IGNORECASE,
)
_PRINTS = re.compile(r"create_mock_engine|atlas_provider_sqlalchemy")
_SAID = (
    r"(?m)^\s*src\s*=\s*\S",
    r"(?m)^\s*dev\s*=\s*\S",
    r"migration\s*\{[^}]*\bdir\s*=\s*\S",
)
_TABLE_EVENTS = ("before_create", "after_create", "before_drop", "after_drop")
_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_MANY_ROWS = re.compile(r"\s*(UPDATE|DELETE|MERGE)\b", re.IGNORECASE)


def _scripts(service: Service, name: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in _FOLDERS:
        for path in sorted(service.glob(f"{folder}/{name}")):
            try:
                yield path, ast.parse(service.read(path))
            except SyntaxError:
                yield path, ast.parse("")


def _bodies(tree: ast.Module, name: str) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            yield node


@check("ast", "Alembic or Atlas compares the models with the database")
def _compared(service: Service) -> Iterator[Finding]:
    if service.has("atlas.hcl"):
        return
    if "alembic" not in service.requirements:
        yield Finding(
            "no tool for migrations is required: add alembic", "pyproject.toml"
        )
    for path, tree in _scripts(service, "env.py"):
        given = [
            keyword.value
            for call in calls(tree)
            for keyword in call.keywords
            if keyword.arg == "target_metadata"
        ]
        named = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and "target_metadata" in map(last_name, node.targets)
        ]
        if not any(last_name(value) for value in [*given, *named]):
            yield Finding(
                "target_metadata is not the models': autogenerate sees none", path
            )
        return
    yield Finding("there is no migrations/env.py: alembic init migrations")


@check("text", "nothing of Alembic is left where Atlas migrates")
def _without_alembic(service: Service) -> Iterator[Finding]:
    if "alembic" in service.requirements:
        yield Finding(
            "depends on alembic, although Atlas migrates: uv remove alembic",
            "pyproject.toml",
        )
    for path in ("alembic.ini", "migrations/env.py", "alembic/env.py"):
        if service.has(path):
            yield Finding("belongs to Alembic, although Atlas migrates", path)
    for module in service.modules:
        for name, line in module.imports:
            if name.partition(".")[0] == "alembic":
                said = f"imports {name}, although Atlas migrates"
                yield Finding(said, module.path, line)


@check("text", "a script prints the tables of the models")
def _prints_models(service: Service) -> Iterator[Finding]:
    if not any(map(_PRINTS.search, map(service.read, service.glob("scripts/*.py")))):
        yield Finding(
            "no script prints the models for Atlas to compare: add scripts/load_models.py"
        )


@check("ast", "the code makes and changes no tables")
def _not_by_hand(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        if "versions" in module.parts:
            continue
        told = {id(n.value) for n in module.nodes if isinstance(n, ast.Expr)}
        told |= {id(n) for part in _of_metadata(module) for n in ast.walk(part)}
        for node in module.nodes:
            match node:
                case ast.Constant() if id(node) in told:  # a docstring, or of a model
                    continue
                case ast.Attribute(attr="create_all" | "drop_all"):
                    pass
                case ast.Constant(value=str(said)) if _SCHEMA.match(said):
                    pass
                case _:
                    continue
            said = "changes the schema: write a migration"
            yield Finding(said, module.path, node.lineno)


def _of_metadata(module: Module) -> Iterator[ast.AST]:
    """Yield what SQLAlchemy runs with the DDL of a table: it is part of the model.

    That is a function which listens for it, and which nobody calls, or the DDL that
    `event.listen` is given. An application that makes no tables runs neither.
    """
    called = {last_name(call.func) for call in module.calls}
    for function in module.functions:
        listens = any(
            _of_tables(each, "listens_for") for each in function.decorator_list
        )
        if listens and function.name not in called:
            yield from function.body
    for call in module.calls:
        if _of_tables(call, "listen"):
            yield from (
                given
                for given in call.args
                if isinstance(given, ast.Call) and last_name(given.func) == "DDL"
            )


def _of_tables(call: ast.expr, name: str) -> bool:
    match call:
        case ast.Call(func=function, args=[_, ast.Constant(value=said), *_]):
            return last_name(function) == name and said in _TABLE_EVENTS
    return False


@check("ast", "every migration has its way back")
def _both_ways(service: Service) -> Iterator[Finding]:
    for path, tree in _scripts(service, "versions/*.py"):
        back = list(_bodies(tree, "downgrade"))
        if not back:
            yield Finding("has no downgrade", path)
        for function in back:
            does = [
                line
                for line in function.body
                if not isinstance(line, ast.Pass | ast.Raise)
                and not _is_docstring(line)
            ]
            if _changes(tree) and not does:
                yield Finding("downgrade does nothing", path, function.lineno)


def _changes(tree: ast.Module) -> set[str]:
    """Return what a migration changes: `tables`, `rows`."""
    found = set()
    for function in _bodies(tree, "upgrade"):
        for call in calls(function):
            name = last_name(call.func)
            said = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant)]
            if _TABLES.fullmatch(name):
                found.add("tables")
            elif name in {"bulk_insert", "insert", "update", "delete"} or (
                name == "execute"
                and any(isinstance(s, str) and _ROWS.match(s) for s in said)
            ):
                found.add("rows")
    return found


@check("ast", "migrations run in a transaction")
def _in_transaction(service: Service) -> Iterator[Finding]:
    for path, tree in _scripts(service, "env.py"):
        if "begin_transaction" not in {last_name(call.func) for call in calls(tree)}:
            yield Finding(
                "no context.begin_transaction(): half a migration may stay", path
            )
    for path, tree in _scripts(service, "versions/*.py"):
        for call in calls(tree):
            if last_name(call.func) == "commit":
                yield Finding("commits by itself", path, call.lineno)
        for function in (*_bodies(tree, "upgrade"), *_bodies(tree, "downgrade")):
            does = [each for each in function.body if not _is_docstring(each)]
            for call in calls(function):
                steps = getattr(does[0], "body", []) if len(does) == 1 else []
                # What can be done again may come before the step that counts.
                alone = steps and all(map(_can_be_repeated, steps[:-1]))
                if last_name(call.func) == "autocommit_block" and not alone:
                    said = "leaves the transaction for one of several steps"
                    yield Finding(f"{said}: make it a revision", path, call.lineno)


def _can_be_repeated(step: ast.stmt) -> bool:
    return any(
        keyword.arg in {"if_exists", "if_not_exists"}
        for call in calls(step)
        for keyword in call.keywords
    )


def _is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


@check("ast", "a migration changes tables or rows, not both")
def _apart(service: Service) -> Iterator[Finding]:
    for path, tree in _scripts(service, "versions/*.py"):
        if len(_changes(tree)) > 1:
            yield Finding("changes tables and rows: make two revisions", path)


@check("ast", "migrations change rows in batches")
def _in_batches(service: Service) -> Iterator[Finding]:
    for path, tree in _scripts(service, "versions/*.py"):
        repeated = {
            id(call)
            for loop in ast.walk(tree)
            if isinstance(loop, ast.For | ast.While)
            for call in calls(loop)
        }
        for function in _bodies(tree, "upgrade"):
            for call in calls(function):
                says = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant)]
                if (
                    last_name(call.func) == "execute"
                    and id(call) not in repeated
                    and any(isinstance(s, str) and _MANY_ROWS.match(s) for s in says)
                ):
                    said = "changes all rows in one go: go in batches"
                    yield Finding(said, path, call.lineno)


@check("ast", "the application does not migrate when it starts")
def _apart_from_start(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        yield from _migrating_servers(module)
        if _is_command(module):
            continue
        for name, line in module.imports:
            if name.partition(".")[0] == "alembic" and "versions" not in module.parts:
                yield Finding(
                    f"imports {name}: migrate by a command, before the start",
                    module.path,
                    line,
                )


def _migrating_servers(module: Module) -> Iterator[Finding]:
    """Find functions that serve and migrate, through another of the module, too."""
    names = {
        function.name: {last_name(call.func) for call in calls(function)}
        for function in module.functions
    }
    migrating = {"upgrade"} | {
        name
        for name, called in names.items()
        if "upgrade" in called and not name.startswith("serve")
    }
    for function in module.functions:
        serves = "uvicorn" in ast.unparse(function) or function.name == "serve"
        starts = any(
            isinstance(node, ast.Constant) and "alembic" in str(node.value)
            for line in function.body
            if not _is_docstring(line)
            for node in ast.walk(line)
        )
        if serves and (starts or migrating & names[function.name]):
            said = f"{function.name} migrates: do it by a command, before the start"
            yield Finding(said, module.path, function.lineno)


def _is_command(module: Module) -> bool:
    return bool({"cli", "commands", "__main__", "env", "migrations"} & {*module.parts})


@check("path", "migrations are there, and git keeps them")
def _kept_in_git(service: Service) -> Iterator[Finding]:
    folders = [each for each in _FOLDERS if service.has(each)]
    if not folders and not service.has("atlas.hcl"):
        yield Finding("there is no folder of migrations")
    for folder in folders:
        written = service.resolve(f"{folder}/versions/0001_first.py")
        if service.ignored.match_file(written):
            yield Finding(f"git ignores {written}", ".gitignore")


def _refused(letter: str, what: str) -> Check:
    """Demand that CI compares the migrations with those that were merged.

    Args:
        letter: what `--diff-filter` calls the change, as a capital.
        what: is done to a migration.
    """
    # Small letters leave out, capitals choose.
    passing = rf"\w*{letter}\w*|(?![a-z]*{letter.lower()})[a-z]+"
    return ci_runs(
        rf"git diff\b(?=.* (--exit-code|--quiet)\b)"
        rf"(?!.*--diff-filter=(?!({passing})\b)).*\b(migrations|alembic|versions)\b",
        f"refuses a merged migration that is {what}",
    )


_with_atlas = with_file("atlas.hcl")
_goes_both_ways = shipped(
    f"{_TESTS}::test_migrations_go_up_down_and_up_again",
    "each migration can be undone and done again",
).when(depends_on("alembic"))
_leaves_nothing = shipped(
    f"{_JOB}::test_what_stops_a_migration_leaves_nothing_of_it",
    "a migration that is stopped half way leaves nothing of it",
)
_agrees = shipped(
    f"{_TESTS}::test_migrations_make_what_the_models_say",
    "the migrations make what the models say, and nothing else",
)
_danger_is_refused = shipped(
    f"{_LINT_TESTS}::test_danger_is_refused",
    "the lint refuses what a table in use would not bear",
)
_fails_without_sql = shipped(
    f"{_PRINT_TESTS}::test_no_sql_is_an_error",
    "what prints the SQL of the migrations fails if there is none",
)
_sql_in_ci = ci_runs(
    r"alembic (-\S+ )*upgrade .*--sql|scripts\.print_migrations",
    "prints the SQL of the migrations",
)

_triggers_agree = shipped(
    f"{_TABLE_TESTS}::test_triggers_are_made_that_models_declare",
    "the migrations make the functions and triggers that the models declare",
)
_database_agrees = shipped(
    f"{_JOB}::test_migration_that_was_edited_later_is_found",
    "a database that is not as the models say stops the migrations",
)
_stays = shipped(
    f"{_TASKS}::test_merged_migration_stays_as_it_is",
    "a merged migration that is changed or deleted is refused",
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "MIG-01": (
        _compared,
        offers(
            r"alembic revision --autogenerate|atlas migrate diff",
            "writes migrations from the models",
        ),
        _agrees,
    ),
    "MIG-02": (_without_alembic.when(_with_atlas),),
    "MIG-03": (_prints_models.when(_with_atlas),),
    "MIG-04": (
        text(
            "atlas.hcl",
            lambda content: all(re.search(part, content) for part in _SAID),
            "says where the schema, the migrations and a database for trials are",
        ).when(_with_atlas),
    ),
    "MIG-05": (_not_by_hand, _agrees, _triggers_agree, _database_agrees),
    "MIG-07": (_refused("M", "changed"), _database_agrees, _stays),
    "MIG-08": (_refused("D", "deleted"), _stays),
    "MIG-09": (_both_ways, _goes_both_ways),
    "MIG-10": (_in_transaction, _goes_both_ways, _leaves_nothing),
    "MIG-12": (_in_batches, _danger_is_refused),
    "MIG-13": (_apart, _danger_is_refused),
    "MIG-17": (_sql_in_ci, _fails_without_sql),
    "MIG-18": (
        writes_migrations,
        applies_migrations,
        takes_migrations_back,
        resets_the_database,
    ),
    "MIG-19": (asks_before_data_are_lost,),
    "MIG-21": (
        _kept_in_git,
        ci_runs(r"alembic upgrade|atlas migrate|\bpytest\b", "applies the migrations"),
        _agrees,
    ),
    "MIG-15": (
        _apart_from_start,
        text(
            "README.md",
            lambda page: bool(
                re.search(
                    r"(?m)alembic upgrade head(?! --sql)|atlas migrate apply"
                    r"|^uv run .*[\w-] migrate$",
                    page,
                )
            ),
            "says how migrations run before the service does",
        ),
    ),
}
