"""Services that give secrets away (SEC)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write

_DANGEROUS = '''"""Does what Bandit warns of."""

import hashlib
import os
import pickle
import ssl
import subprocess
import tarfile
import tempfile
import urllib.request
import xml.etree.ElementTree

import jinja2
import requests
import yaml

ADDRESS = "0.0.0.0"
PLACE = "/tmp/orders"


def run(given: str) -> str:
    """Do all of it."""
    exec(given)
    eval(given)
    os.chmod(given, 0o777)
    requests.get(given, verify=False)
    tarfile.open(given).extractall()
    pickle.loads(given)
    tempfile.mktemp()
    urllib.request.urlopen(given)
    xml.etree.ElementTree.parse(given)
    ssl._create_unverified_context()
    hashlib.md5(given)
    yaml.load(given)
    subprocess.Popen(given, shell=True)
    launch(given, shell=True)
    jinja2.Environment(autoescape=False)
    return f"SELECT * FROM orders WHERE customer = '{given}'"
'''
_HARD_CODED = '''"""Holds passwords."""

PASSWORD = "hunter2"


def log_in(password: str = "hunter2") -> None:
    """Log in."""
    log_in(password="hunter2")
'''
_NO_KEY_HOOK = Spoiled(
    Edit(".pre-commit-config.yaml", "PRIVATE KEY", "CONFLICT"),
    says="a hook that refuses private keys",
)

FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "SEC-01": (
        Spoiled(Write("{src}/core/added.py", _HARD_CODED)),
        Spoiled(
            Edit(
                "{src}/core/setting_groups.py",
                "    url: SecretStr\n",
                '    url: SecretStr = SecretStr("postgresql://user:password@db/orders")\n',
            ),
            says="DatabaseSettings.url has a default",
        ),
    ),
    "SEC-02": (
        Spoiled(Edit(".gitignore", ".env.*", ""), says="ignore .env.prod"),
        _NO_KEY_HOOK,
        Spoiled(
            Write("docs/access.md", f"The key is AKIA{'ABCD' * 4}.\n"),
            says="holds a secret (AKIAABCD...)",
        ),
    ),
    "SEC-03": (
        Spoiled(
            Edit("{src}/core/setting_groups.py", "url: SecretStr", "url: str"),
            says="DatabaseSettings.url is str",
        ),
    ),
    "SEC-09": (Spoiled(Write("{src}/core/added.py", _DANGEROUS)),),
    "SEC-11": (
        Spoiled(
            Edit(
                "{orders[schemas]}.py",
                '"""An order, as clients see it."""\n',
                '"""An order, as clients see it."""\n    password_hash: str = ""\n',
            ),
            says="GET /api/v1/orders answers 200 with password_hash",
        ),
    ),
    "SEC-17": (_NO_KEY_HOOK,),
}
FAILURES: Mapping[str, Spoiled] = {
    "tests/unit/test_settings.py::test_settings_do_not_show_the_password": Spoiled(
        Edit(
            "{src}/core/setting_groups.py",
            "    url: SecretStr\n",
            "    url: SecretStr\n\n    def __repr__(self) -> str:\n"
            "        return self.url.get_secret_value()\n\n",
        )
    ),
}
