"""How the environment configures a service (CFG)."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from urllib.parse import urlsplit

from plumb.check import Check, Finding, check
from plumb.checks.authentication import half_an_hour, with_accounts
from plumb.checks.network import origins_are_a_setting, refused_in_production
from plumb.kinds import ignored, rules, shipped, text, toml
from plumb.options import (
    Option,
    choices,
    config_modules,
    example,
    find,
    groups,
    literal,
    options,
    settings,
    variables,
)
from plumb.service import Class, Module, Service, assigned, last_name

_TESTS = "tests/unit/test_settings.py"
_HERE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", None})  # noqa: S104
_SERVERS = frozenset(
    {"amqp", "amqps", "kafka", "mongodb", "mysql", "nats", "postgres", "postgresql"}
    | {"redis", "rediss", "smtp"}
)
_SECRET = re.compile(r"key|secret|token|password|dsn|url|credential", re.IGNORECASE)
_TIERS = ({"local", "development", "dev"}, {"staging"}, {"production"})
_MOST_FLAT = 2
_ACCESS_MINUTES = 30


def _at(option: Option, message: str) -> Finding:
    return Finding(message, option.group.module.path, option.node.lineno)


def _named(each: Class, message: str) -> Finding:
    return Finding(message, each.module.path, each.node.lineno)


@check("ast", "no address of a server and no credentials are in the code")
def _no_addresses(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.nodes:
            value = literal(node)
            if not isinstance(value, str) or not re.fullmatch(r"[\w+]+://\S+", value):
                continue
            try:
                address = urlsplit(value)
            except ValueError:
                continue
            remote = address.hostname not in _HERE
            if address.password or (
                remote and address.scheme.partition("+")[0] in _SERVERS
            ):
                yield Finding(
                    f"holds the address of a {address.scheme} server: make it a"
                    " required setting",
                    module.path,
                    getattr(node, "lineno", 0),
                )


@check("ast", "no name of a host and no secret is in the code")
def _no_hosts(service: Service) -> Iterator[Finding]:
    for module in service.modules:
        for node in module.nodes:
            for name, value in _given(node):
                if re.search(r"(^|_)(host|hostname|server)$", name, re.IGNORECASE):
                    host = literal(value)
                    if isinstance(host, str) and host and host not in _HERE:
                        said = f"{name} is {host}: make it a required setting"
                        yield Finding(said, module.path, value.lineno)
            if isinstance(node, ast.Call) and last_name(node.func).startswith("Secret"):
                said = "holds a secret: make it a required setting"
                if any(map(literal, node.args)):
                    yield Finding(said, module.path, node.lineno)


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a node gives a value, each with it, out of a `Field`."""
    match node:
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            found = [(name, value) for name in assigned(node)]
        case ast.keyword(arg=str(name), value=value):
            found = [(name, value)]
        case ast.arguments():
            places = [*node.posonlyargs, *node.args]
            few = places[len(places) - len(node.defaults) :]
            given = [*zip(few, node.defaults, strict=True)]
            given += [
                (place, value)
                for place, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)
                if value
            ]
            found = [(place.arg, value) for place, value in given]
        case _:
            return
    for name, value in found:
        if isinstance(value, ast.Call) and last_name(value) == "Field" and value.args:
            yield name, value.args[0]
        else:
            yield name, value


@check("ast", "the environment is read by pydantic-settings, and nowhere else")
def _only_settings(service: Service) -> Iterator[Finding]:
    if not settings(service):
        yield Finding("no class reads the environment: derive one from BaseSettings")
    for module in service.modules:
        if module in config_modules(service):
            continue
        # What is set there is for the processes that are started.
        written = {
            id(part)
            for node in module.nodes
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
            for part in (node, node.value)
        }
        for node in module.nodes:
            if (
                isinstance(node, ast.expr)
                and id(node) not in written
                and last_name(node) in {"environ", "getenv", "load_dotenv"}
            ):
                yield Finding(
                    f"uses {last_name(node)}: add a setting", module.path, node.lineno
                )
        told = {id(node) for node in _of_commands(module)}
        for name, node in _variables_of_options(module):
            if id(node) not in told:
                said = f"reads {name} outside of a command: add a setting"
                yield Finding(said, module.path, node.value.lineno)


def _of_commands(module: Module) -> Iterator[ast.AST]:
    """Yield what declares the options of the commands of a module."""
    for function in module.functions:
        above = function.decorator_list
        if {"callback", "command"} & set(map(last_name, above)):
            for part in (function.args, *above):
                yield from ast.walk(part)


def _variables_of_options(module: Module) -> Iterator[tuple[str, ast.keyword]]:
    """Yield the variables that options of a command line take, with their places."""
    for node in module.nodes:
        if isinstance(node, ast.keyword) and node.arg == "envvar":
            for each in ast.walk(node.value):
                if isinstance(name := literal(each), str):
                    yield name, node


@check("ast", "one class in `core/config.py` holds all settings")
def _one_class(service: Service) -> Iterator[Finding]:
    own = settings(service)
    if not own:
        yield Finding("no class is derived from BaseSettings: add one")
    for each in own:
        if each.module.parts not in {("core", "config"), ("config",)}:
            yield _named(each, f"{each.name} belongs into core/config.py")
    for each in own[1:]:
        yield _named(
            each,
            f"{each.name} is not the only class of settings: nest it in {own[0].name}",
        )


@check("ast", "settings that belong together are nested models")
def _grouped(service: Service) -> Iterator[Finding]:
    for each in settings(service):
        flat = [o for o in options(service) if o.group.node is each.node]
        prefixes = Counter(option.name.partition("_")[0] for option in flat)
        for prefix, count in prefixes.items():
            if count > _MOST_FLAT:
                yield _named(
                    each,
                    f"{count} settings start with {prefix}_: make them a nested model",
                )


@check("ast", "settings are read from an env file, too")
def _env_file(service: Service) -> Iterator[Finding]:
    if not _says(service, "env_file"):
        yield Finding("no settings are read from an env file: set env_file")


@check("ast", "the case of variables does not matter")
def _any_case(service: Service) -> Iterator[Finding]:
    for each in settings(service):
        for node in ast.walk(each.node):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "case_sensitive"
                and literal(node.value) is True
            ):
                yield Finding(
                    "case_sensitive is on: leave it out", each.module.path, node.lineno
                )


@check("ast", "settings are read from files of secrets, too")
def _secrets_dir(service: Service) -> Iterator[Finding]:
    if not _says(service, "secrets_dir"):
        yield Finding("no folder of secrets is read: set secrets_dir")


@check("ast", "every setting has a type that says something")
def _typed(service: Service) -> Iterator[Finding]:
    for option in options(service):
        if last_name(option.node.annotation) in {"Any", "object", "dict"}:
            yield _at(option, f"{option.name} may be anything: give it a type")
    for each in groups(service):
        for item in each.node.body:
            names = [name for name in assigned(item) if name != "model_config"]
            if isinstance(item, ast.Assign) and names and names[0][0] != "_":
                yield Finding(
                    f"{names[0]} has no type, so it is no setting",
                    each.module.path,
                    item.lineno,
                )


@check("ast", "only secrets and addresses have to be set")
def _defaults(service: Service) -> Iterator[Finding]:
    for option in options(service):
        if option.default is None and not _SECRET.search(option.name):
            yield _at(option, f"{option.name} has no default: give it a safe one")


@check("ast", "a function with a cache returns the settings")
def _cached(service: Service) -> Iterator[Finding]:
    names = {each.name for each in settings(service)}
    for module in config_modules(service):
        for function in module.functions:
            cached = {last_name(each) for each in function.decorator_list}
            if (
                function.returns
                and last_name(function.returns) in names
                and cached & {"cache", "lru_cache"}
            ):
                return
    yield Finding("settings are read again and again: return them from an @lru_cache")


@check("text", "`.env.example` names every setting")
def _example_complete(service: Service) -> Iterator[Finding]:
    known = {variable.name.lower() for variable in variables(service)}
    if not known:
        yield Finding("shows no variable: list them all", example(service))
    for option in options(service):
        if option.name not in known:
            yield _at(option, f"{option.name.upper()} is not in {example(service)}")


@check("text", "a comment or a table says what each variable means")
def _documented(service: Service) -> Iterator[Finding]:
    pages = ["README.md", *service.glob("docs/**/*.md")]
    told = "\n".join(
        line
        for page in pages
        for line in service.read(page).splitlines()
        if line.startswith("|")
    )
    lines = service.read(example(service)).splitlines()
    shown = {variable.name: variable for variable in variables(service)}
    names = {option.name.upper() for option in options(service)} | shown.keys()
    for name in sorted(names):
        line = shown[name].line if name in shown else 0
        commented = line > 1 and lines[line - 2].startswith("#")
        if not commented and not re.search(rf"\b{name}\b", told):
            yield Finding(
                f"nothing says what {name} means: comment it", example(service), line
            )
    pages_told = "\n".join(map(service.read, pages)) + "\n".join(lines)
    for module in service.modules:
        for name, node in _variables_of_options(module):
            if not re.search(rf"\b{name}\b", pages_told):
                said = f"nothing says what {name} means: explain it in the README"
                yield Finding(said, module.path, node.value.lineno)


@check("ast", "the environment is one of local, staging and production")
def _tiers(service: Service) -> Iterator[Finding]:
    tiers = find(service, "environment", "env", "app_env", "app_environment")
    if not tiers:
        yield Finding("no setting says in which environment the service runs")
    for option in tiers:
        known = choices(service, option.node.annotation)
        if not known:
            yield _at(option, f"{option.name} may be anything: list what it can be")
            continue
        for tier in _TIERS:
            if not known & tier:
                wanted = " or ".join(sorted(tier))
                yield _at(option, f"{option.name} cannot be {wanted}: add it")


@check("text", "names of variables are in capitals")
def _capitals(service: Service) -> Iterator[Finding]:
    for variable in variables(service):
        if not variable.name.isupper():
            yield Finding(
                f"{variable.name} is not in capitals", variable.path, variable.line
            )


@check("text", "variables of one kind stand together, below a comment")
def _in_groups(service: Service) -> Iterator[Finding]:
    path = example(service)
    lines = enumerate(service.read(path).splitlines(), 1)
    for blank, block in groupby(lines, key=lambda line: not line[1].strip()):
        number, first = next(block)
        if not blank and not first.startswith("#"):
            yield Finding("no comment says what this group is for", path, number)
    kinds = [variable.name.partition("_")[0] for variable in variables(service)]
    runs = Counter(kind for kind, _ in groupby(kinds))
    for kind in sorted(kind for kind, count in runs.items() if count > 1):
        yield Finding(f"the variables {kind}_* are not side by side", path)


@check("text", "every variable but a secret has an example of a value")
def _values(service: Service) -> Iterator[Finding]:
    for variable in variables(service):
        if not variable.value and not _SECRET.search(variable.name):
            yield Finding(
                f"{variable.name} has no value: show one", variable.path, variable.line
            )


@check("ast", "there are settings for the name, DEBUG (off) and the environment")
def _basics(service: Service) -> Iterator[Finding]:
    for names in (
        ("app_name", "project_name", "title"),
        ("environment", "env", "app_env"),
    ):
        if not find(service, *names):
            yield Finding(f"there is no setting {names[0]}")
    debug = find(service, "debug", "app_debug")
    if not debug:
        yield Finding("there is no setting debug")
    for option in debug:
        if literal(option.default) is not False:
            yield _at(option, "debug is not off by default")


@check("ast", "the database's address is required")
def _database_url(service: Service) -> Iterator[Finding]:
    addresses = find(
        service, "database_ur[il]", "db_ur[il]", "postgres_ur[il]", "*_database_ur[il]"
    )
    if not addresses:
        yield Finding("there is no setting database_url")
    for option in addresses:
        if option.default is not None:
            yield _at(option, f"{option.name} has a default: require it")


@check("ast", "up to 10 connections are kept open, and up to 20 more under load")
def pool_sizes(service: Service) -> Iterator[Finding]:
    """Find other numbers than those of the standards."""
    for names, wanted in (
        (("*pool_size",), 10),
        (("*max_overflow", "*pool_overflow"), 20),
    ):
        sizes = find(service, *names)
        if not sizes:
            yield Finding(f"there is no setting {names[0].replace('*', 'database_')}")
        for option in sizes:
            if literal(option.default) != wanted:
                shown = ast.unparse(option.default) if option.default else "required"
                yield _at(option, f"{option.name} is {shown}, not {wanted}")


@check("ast", "the key that signs tokens has to be set")
def _signing_key(service: Service) -> Iterator[Finding]:
    keys = find(service, "*secret_key", "*signing_key", "*jwt_key", "*jwt_secret")
    if not keys:
        yield Finding("no setting holds the key that signs tokens: jwt_key")
    for option in keys:
        if option.default is not None:
            yield _at(option, f"{option.name} has a default: demand it")


@check("ast", "a setting says how long access tokens are valid: 30 minutes")
def _token_life(service: Service) -> Iterator[Finding]:
    lives = find(
        service, *(f"*access*{word}*" for word in ("minute", "expire", "life"))
    )
    if not lives:
        yield Finding("no setting says how long an access token is valid")
    for option in lives:
        value = literal(option.default)
        if "minute" in option.name and value != _ACCESS_MINUTES:
            yield _at(option, f"{option.name} is {value}, not {_ACCESS_MINUTES}")


@check("ast", "secrets have their short names: `DB_URL`, and `JWT_KEY` for a key")
def _short_names(service: Service) -> Iterator[Finding]:
    known = {option.name for option in options(service)}
    said = {
        value.lower()
        for module in config_modules(service)
        for node in module.nodes
        if isinstance(value := literal(node), str)
    }
    for asked, short in (
        (find(service, "database_url"), {"db", "db_url"}),
        (
            find(service, "*secret_key", "*signing_key", "*jwt_secret"),
            {"jwt", "jwt_key"},
        ),
    ):
        for option in asked:
            if not short & (known | said):
                name = max(short, key=len).upper()
                yield _at(
                    option, f"{option.name} cannot be set as {name}: add an alias"
                )


def _says(service: Service, name: str) -> bool:
    said = {
        node.arg if isinstance(node, ast.keyword) else literal(node)
        for module in config_modules(service)
        for node in module.nodes
    }
    return bool({name, f"_{name}"} & said)


_nested = shipped(
    f"{_TESTS}::test_settings_nested_variable_reaches_its_group",
    "`DATABASE_POOL_SIZE` is the pool's size in the database's settings",
)
_refused = shipped(
    f"{_TESTS}::test_settings_that_are_wrong_name_the_variable",
    "a missing or wrong variable stops the service and is named",
)
_started = shipped(
    f"{_TESTS}::test_settings_default_to_production",
    "an address of the database is enough to start, with safe defaults",
)
_read_once = shipped(
    f"{_TESTS}::test_settings_are_read_once", "settings are read once and reused"
)
own_file = shipped(
    f"{_TESTS}::test_settings_read_env_file_of_their_environment",
    "each environment has an env file of its own, which `ENVIRONMENT` selects",
)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "CFG-01": (rules("S105", "S106", "S107"), _no_addresses, _no_hosts),
    "CFG-02": (_only_settings,),
    "CFG-03": (_one_class,),
    "CFG-04": (_grouped, _nested),
    "CFG-05": (
        _env_file,
        shipped(
            f"{_TESTS}::test_settings_variable_wins_over_env_file",
            "the env file is UTF-8, and a variable wins over it",
        ),
    ),
    "CFG-06": (
        _any_case,
        shipped(
            f"{_TESTS}::test_settings_do_not_look_at_the_case_of_names",
            "a variable counts in any case",
        ),
    ),
    "CFG-07": (
        _secrets_dir,
        shipped(
            f"{_TESTS}::test_settings_secret_file_wins_over_env_file",
            "a file of secrets sets what no variable sets",
        ),
    ),
    "CFG-08": (_typed, _refused),
    "CFG-09": (_defaults, _started),
    "CFG-10": (_cached, _read_once),
    "CFG-11": (
        _example_complete,
        shipped(
            f"{_TESTS}::test_env_example_names_every_setting",
            "`.env.example` names every setting",
        ),
    ),
    "CFG-12": (
        _documented,
        shipped(
            f"{_TESTS}::test_env_example_explains_every_setting",
            "in `.env.example`, a comment is above each setting",
        ),
    ),
    "CFG-13": (_tiers, own_file),
    "CFG-14": (
        ignored(
            ".env", ".env.dev", ".env.staging", ".env.prod", keeps=[".env.example"]
        ),
    ),
    "CFG-15": (_capitals,),
    "CFG-16": (_in_groups,),
    "CFG-17": (_values,),
    "CFG-18": (_basics, _started),
    "CFG-19": (_database_url, _refused),
    "CFG-20": (pool_sizes,),
    "CFG-22": (_signing_key.when(with_accounts), _refused),
    "CFG-23": (_token_life.when(with_accounts), half_an_hour),
    "CFG-24": (origins_are_a_setting, refused_in_production),
    "CFG-25": (
        shipped(
            "tests/integration/test_sentry.py::test_address_of_sentry_may_be_missing",
            "`SENTRY_DSN` may be missing or empty, and `LOG_LEVEL` is INFO then",
        ),
    ),
    "CFG-26": (
        _short_names,
        shipped(
            f"{_TESTS}::test_settings_know_the_short_names_of_the_database",
            "`DB_URL` and `DB_POOL_SIZE` are read, from files too",
        ),
    ),
    "CFG-27": (
        shipped(
            f"{_TESTS}::test_database_url_is_turned_into_the_async_drivers",
            "`postgresql://` becomes `postgresql+asyncpg://`, once",
        ),
    ),
    "CFG-28": (own_file,),
    "CFG-29": (
        text(
            "README.md",
            lambda page: bool(re.search(r"secret (manager|store)|vault", page, re.I)),
            "says that a secret manager holds the secrets of production",
        ),
        shipped(
            f"{_TESTS}::test_production_ignores_the_env_file_of_a_developer",
            "production does not read `.env`",
        ),
    ),
    "CFG-30": (
        toml(
            "tool",
            lambda tools: isinstance(tools, dict) and {"ruff", "mypy"} <= tools.keys(),
            "configures the tools, ruff and mypy among them",
        ),
    ),
    "CFG-31": (_one_class, _cached, _read_once),
}
