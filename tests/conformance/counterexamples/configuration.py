"""Services that are configured the wrong way (CFG)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.authentication import LONG, WITH_DEFAULT

CONFIG = "{src}/core/config.py"
GROUPS = "{src}/core/setting_groups.py"
EXAMPLE = ".env.example"
_TESTS = "tests/unit/test_settings.py"

_SECOND_CLASS = Spoiled(
    Write(
        "{src}/core/more.py",
        "from pydantic_settings import BaseSettings\n\n\n"
        "class More(BaseSettings):\n    colour: str = 'red'\n",
    ),
    says="More is not the only class of settings",
)
_UNCACHED = Spoiled(Edit(CONFIG, "@lru_cache\n", ""), says="again and again")
POOL_SIZES = Spoiled(
    Edit(GROUPS, "default=20, ge=0, le=32", "default=50, ge=0"),
    says="database_max_overflow is 50, not 20",
)

_MAIL = (
    Write("{src}/settings/__init__.py", '"""Settings of our own."""\n'),
    Write(
        "{src}/settings/mail.py",
        '"""How mail is sent."""\n\n'
        "from acme.core.setting_groups import SettingsGroup\n\n\n"
        "class MailSettings(SettingsGroup):\n"
        '    """How mail is sent."""\n\n'
        "    host: str\n    options: dict = {}\n",
    ),
)

_NAMELESS = Spoiled(
    Edit("{src}/core/http_settings.py", "    origins: Annot", "    pages: Annot"),
    says="no setting of the origins",
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "CFG-01": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                'password = "hunter2"\n\n\ndef connect(password: str = "hunter2"):\n'
                '    connect(password="hunter2")\n',
            )
        ),
        Spoiled(
            Edit(CONFIG, '= "acme-orders"', '= "redis://cache.internal:6379/0"'),
            says="the address of a redis server",
        ),
        Spoiled(
            Write(
                "{src}/core/added.py",
                'HOST = "db.internal"\nKEY = SecretStr("hunter2")\n'
                'host: str = Field("cache.internal", min_length=1)\n\n\n'
                'def call(host: str = "one.internal", *, mail_host: str = "two.internal"):\n'
                '    call(host="three.internal")\n',
            ),
            says=(
                "HOST is db.internal",
                "holds a secret",
                "host is cache.internal",
                "host is one.internal",
                "mail_host is two.internal",
                "host is three.internal",
            ),
        ),
    ),
    "CFG-02": (
        Spoiled(
            Write(
                "{src}/core/added.py",
                'import os\n\nos.environ["COLOUR"]\nOPTION = Option(envvar="TASTE")\n',
            ),
            says=("uses environ", "reads TASTE outside of a command"),
        ),
    ),
    "CFG-03": (_SECOND_CLASS,),
    "CFG-04": (
        Spoiled(
            Edit(
                CONFIG,
                "    debug: bool = False\n",
                "    debug: bool = False\n    mail_host: str = ''\n"
                "    mail_port: int = 25\n    mail_user: str = ''\n",
            ),
            says="3 settings start with mail_",
        ),
    ),
    "CFG-05": (
        Spoiled(
            Edit(CONFIG, "_env_file=environment.env_file,", ""), says="set env_file"
        ),
    ),
    "CFG-06": (
        Spoiled(
            Edit(CONFIG, 'extra="ignore"', "case_sensitive=True"),
            says="case_sensitive is on",
        ),
    ),
    "CFG-07": (
        Spoiled(Edit(CONFIG, "_secrets_dir=", "_folder="), says="set secrets_dir"),
    ),
    "CFG-08": (
        Spoiled(
            Edit(CONFIG, "debug: bool = False", "debug = False\n    extra: Any = 1"),
            *_MAIL,
            says=("debug has no type", "mail_options may be anything"),
        ),
    ),
    "CFG-09": (
        Spoiled(
            Edit(CONFIG, 'app_name: str = "acme-orders"', "app_name: str"),
            *_MAIL,
            says=("app_name has no default", "mail_host has no default"),
        ),
    ),
    "CFG-10": (_UNCACHED,),
    "CFG-11": (
        Spoiled(
            Edit(EXAMPLE, "DATABASE_POOL_SIZE=10\n", ""),
            *_MAIL,
            says=("DATABASE_POOL_SIZE is not in .env.example", "MAIL_HOST is not in"),
        ),
    ),
    "CFG-12": (
        Spoiled(
            Edit(EXAMPLE, "LOG_LEVEL=INFO\n", "LOG_LEVEL=INFO\nLOG_COLOUR=red\n"),
            Edit("{src}/cli.py", 'envvar="PORT"', 'envvar="DOOR"'),
            *_MAIL,
            says=("what LOG_COLOUR means", "what MAIL_HOST means", "what DOOR means"),
        ),
    ),
    "CFG-13": (
        Spoiled(
            Edit(CONFIG, 'STAGING = "staging"', 'STAGING = "second"'),
            says="environment cannot be staging",
        ),
    ),
    "CFG-14": (
        Spoiled(Edit(".gitignore", ".env.*\n", ""), says="does not ignore .env.prod"),
    ),
    "CFG-15": (
        Spoiled(Edit(EXAMPLE, "\nDEBUG=", "\nDebug="), says="Debug is not in capitals"),
    ),
    "CFG-16": (
        Spoiled(
            Edit(EXAMPLE, "# json: one", "DATABASE_X=1\n\nLOG_X=1\n# json: one"),
            says="DATABASE_* are not side by side",
        ),
    ),
    "CFG-17": (
        Spoiled(
            Edit(EXAMPLE, "LOG_LEVEL=INFO", "LOG_LEVEL="), says="LOG_LEVEL has no value"
        ),
    ),
    "CFG-18": (
        Spoiled(
            Edit(CONFIG, "debug: bool = False", "debug: bool = True"),
            says="debug is not off",
        ),
    ),
    "CFG-19": (
        Spoiled(
            Edit(GROUPS, "url: SecretStr\n", 'url: SecretStr = SecretStr("")\n'),
            says="database_url has a default",
        ),
    ),
    "CFG-20": (POOL_SIZES,),
    "CFG-22": (WITH_DEFAULT,),
    "CFG-23": (LONG,),
    "CFG-24": (_NAMELESS,),
    "CFG-26": (
        Spoiled(
            Edit(CONFIG, '"database", "db"', '"database"'),
            says="database_url cannot be set as DB_URL",
        ),
    ),
    "CFG-29": (
        Spoiled(Edit("README.md", "secret manager", "colleague"), says="README.md"),
    ),
    "CFG-30": (Spoiled(Edit("pyproject.toml", "[tool.mypy", "[tool.other")),),
    "CFG-31": (_SECOND_CLASS, _UNCACHED),
}

_LOADED = "_env_file=environment.env_file"

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{_TESTS}::test_production_refuses_all_that_is_unsafe_at_once": {
        "CFG-24 NET-01": Spoiled(Edit(CONFIG, '"*" in self.cors', '"+" in self.cors'))
    },
    f"{_TESTS}::test_settings_nested_variable_reaches_its_group": {
        "CFG-04": Spoiled(
            Edit(CONFIG, 'env_nested_delimiter="_"', 'env_nested_delimiter="__"'),
        )
    },
    f"{_TESTS}::test_settings_variable_wins_over_env_file": {
        "CFG-05": Spoiled(
            Edit(
                CONFIG,
                "return init_settings, env_settings, secrets, dotenv_settings",
                "return init_settings, dotenv_settings, secrets, env_settings",
            ),
            says="'DEBUG'",
        )
    },
    f"{_TESTS}::test_settings_do_not_look_at_the_case_of_names": {
        "CFG-06": Spoiled(
            Edit(CONFIG, 'extra="ignore"', 'extra="ignore", case_sensitive=True'),
        )
    },
    f"{_TESTS}::test_settings_secret_file_wins_over_env_file": {
        "CFG-07": Spoiled(
            Edit(CONFIG, 'os.environ.get("SECRETS_DIR")', "None"),
        )
    },
    f"{_TESTS}::test_settings_that_are_wrong_name_the_variable": {
        "CFG-08": Spoiled(
            Edit(
                GROUPS,
                "pool_size: int = Field(default=10, ge=1,",
                "pool_size: int = Field(default=10,",
            ),
            says=("DID NOT RAISE", "DATABASE_POOL_SIZE: .*greater than"),
        ),
        "ERR-12": Spoiled(
            Edit(CONFIG, "{each['msg']}\"", "{each['msg']} {each['input']}\""),
            says="assert 'hunter2' not in",
        ),
        "CFG-19": Spoiled(
            Edit(
                GROUPS,
                "url: SecretStr\n",
                'url: SecretStr = SecretStr("postgresql://localhost/d")\n',
            ),
            says="DID NOT RAISE",
        ),
    },
    f"{_TESTS}::test_settings_default_to_production": {
        "CFG-09 CFG-18": Spoiled(
            Edit(CONFIG, "debug: bool = False", "debug: bool"),
            says="DEBUG: Field required",
        )
    },
    f"{_TESTS}::test_settings_are_read_once": {
        "CFG-10 CFG-31": Spoiled(Edit(CONFIG, "@lru_cache\n", ""))
    },
    f"{_TESTS}::test_env_example_names_every_setting": {
        "CFG-11": Spoiled(
            _MAIL[0],
            Write(
                "{src}/settings/mail.py",
                '"""How mail is sent."""\n\n'
                "from acme.core.setting_groups import SettingsGroup\n\n\n"
                "class MailSettings(SettingsGroup):\n"
                '    """How mail is sent."""\n\n'
                '    host: str = "localhost"\n',
            ),
        )
    },
    f"{_TESTS}::test_env_example_explains_every_setting": {
        "CFG-12": Spoiled(
            Edit(EXAMPLE, "# The largest request body.\n", ""),
            says="'LIMIT_BODY_BYTES=1048576'",
        )
    },
    f"{_TESTS}::test_settings_read_env_file_of_their_environment": {
        "CFG-13 CFG-28 ENV-01 ENV-02": Spoiled(
            Edit(
                CONFIG,
                '"development": ".dev",',
                '"development": ".dev", "staging": "",',
            )
        )
    },
    f"{_TESTS}::test_settings_know_the_short_names_of_the_database": {
        "CFG-26": Spoiled(
            Edit(CONFIG, '"database", "db"', '"database"'),
            says="DATABASE_URL: Field required",
        )
    },
    f"{_TESTS}::test_database_url_is_turned_into_the_async_drivers": {
        "CFG-27": Spoiled(Edit(GROUPS, 'postgresql+asyncpg")', 'postgresql+psycopg")'))
    },
    f"{_TESTS}::test_production_ignores_the_env_file_of_a_developer": {
        "CFG-29": Spoiled(
            Edit(CONFIG, _LOADED, '_env_file=(".env", environment.env_file)')
        )
    },
    "tests/integration/test_sentry.py::test_address_of_sentry_may_be_missing": {
        "CFG-25": Spoiled(
            Edit(
                "{src}/core/observability_settings.py",
                "dsn: Annotated[SecretStr | None, _none_if_empty] = None",
                "dsn: SecretStr",
            ),
        ),
    },
}
