"""Services that give secrets away (SEC)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled, Write
from conformance.counterexamples.pipeline import FINDINGS as PIPELINE

_DANGEROUS = '''"""Does what Bandit warns of."""

import ftplib
import hashlib
import logging.config
import marshal
import os
import pickle
import ssl
import subprocess
import tarfile
import telnetlib
import tempfile
import urllib.request
import xml.dom.expatbuilder
import xml.dom.minidom
import xml.dom.pulldom
import xml.etree.cElementTree
import xml.etree.ElementTree
import xml.sax
import xml.sax.expatreader

import jinja2
import mako.template
import markupsafe
import paramiko
import pysnmp.hlapi
import requests
import yaml
from Crypto.Cipher import DES
from Crypto.Hash import MD5
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import modes
from django.utils.safestring import mark_safe

ADDRESS = "0.0.0.0"
PLACE = "/tmp/orders"


def run(given: str, version: int = ssl.PROTOCOL_SSLv3) -> str:
    """Do all of it."""
    marshal.loads(given)
    MD5.new()
    DES.new(given)
    modes.ECB()
    mark_safe(given)
    telnetlib.Telnet(given)
    xml.etree.cElementTree.parse(given)
    xml.sax.expatreader.create_parser(given)
    xml.dom.expatbuilder.parse(given)
    xml.sax.make_parser()
    xml.dom.minidom.parse(given)
    xml.dom.pulldom.parse(given)
    ftplib.FTP(given)
    ssl.wrap_socket(ssl_version=ssl.PROTOCOL_SSLv3)
    ssl.wrap_socket()
    rsa.generate_private_key(65537, key_size=512)
    client = paramiko.client.SSHClient()
    client.set_missing_host_key_policy(paramiko.client.AutoAddPolicy)
    paramiko.exec_command(given)
    pysnmp.hlapi.CommunityData(given, mpModel=0)
    pysnmp.hlapi.UsmUserData(given)
    os.system(given)
    os.system("chmod 777 *")
    logging.config.listen(9999)
    mako.template.Template(given)
    markupsafe.Markup(given)
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
    print("\u202e", given)
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
    "SEC-04": (
        Spoiled(
            Edit("README.md", "To replace `JWT_KEY`, make another", "Make a key"),
            Edit("docs/runbooks.md", "replace `JWT_KEY`", "change it"),
            says="no page says how to replace the key",
        ),
    ),
    "SEC-07": (*PIPELINE["CIC-05"],),
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
    "SEC-14": (
        Spoiled(
            Edit("SECURITY.md", "## Report a vulnerability", "## Vulnerabilities"),
            says="how to report",
        ),
        Spoiled(
            Write("SECURITY.md", "# Security\n\nWrite to us.\n"),
            says=(
                "no section about threats",
                "nothing of credentials",
                "nothing of cryptography",
                "nothing of personal data",
            ),
        ),
    ),
    "SEC-17": (_NO_KEY_HOOK,),
}
FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    "tests/unit/test_redis_settings.py::test_production_refuses_a_redis_without_tls": {
        "SEC-15": Spoiled(
            Edit(
                "{src}/core/config.py",
                "not (self.redis.is_private or self.allow_plaintext_internal)",
                "False",
            ),
            says="DID NOT RAISE",
        )
    },
    "tests/unit/test_settings.py::test_env_example_holds_no_secret": {
        "SEC-02 PIT-06": Spoiled(
            Edit(".env.example", "METRICS_TOKEN=\n", "METRICS_TOKEN=hunter2\n"),
            says="assert (not 'hunter2'",
        )
    },
    "tests/unit/test_settings.py::test_settings_do_not_show_the_password": {
        "SEC-03": Spoiled(
            Edit(
                "{src}/core/setting_groups.py",
                "    url: SecretStr\n",
                "    url: SecretStr\n\n    def __repr__(self) -> str:\n"
                "        return self.url.get_secret_value()\n\n",
            )
        )
    },
}
