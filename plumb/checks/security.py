"""Where secrets are, and where they must not be (SEC)."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from plumb.check import Check, Finding, check
from plumb.checks.authentication import (
    ACCOUNTS,
    ADMINISTRATORS,
    TOKENS,
    counted,
    registered,
    role_changed,
    unrecorded,
    with_accounts,
)
from plumb.checks.caching import with_cache
from plumb.checks.pipeline import CHECKS as PIPELINE
from plumb.kinds import ignored, openapi, operations, rules, shipped, yaml
from plumb.service import Class, Service, last_name

_SECRET = re.compile(
    r"(^|_)(pass(word|wd|phrase)|secret|token|credential|dsn"
    r"|(secret|api|private|signing|encryption|jwt)_?key)s?$"
)
# Their addresses hold the password.
_STORE = re.compile(
    r"(database|postgres|mysql|mongo|db|redis|cache|broker|amqp|rabbit).*(url|uri|dsn)$"
)
_LOGIN_IN_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_KNOWN_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[opsur]_\w{36}\b"
    r"|\bxox[abprs]-[\w-]{10,}|\bsk_live_\w{16,}|\bAIza[\w-]{35}\b|\bglpat-[\w-]{20}\b"
)
_HOOKS = frozenset({"detect-private-key", "gitleaks", "detect-secrets", "trufflehog"})
_SHOWN = re.compile(
    r"(^|_)(pass(word|wd|phrase)|secret|(secret|private)_key)(_hash|_digest)?s?$"
)
_REPLACEMENT = re.compile(r"\b(replac|rotat)\w*\b.{0,60}key\b", re.IGNORECASE)
_LARGE = 1_000_000
_POLICIES = ("SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md")
_COVERED = {
    "credentials": r"credential|secret|password|token",
    "cryptography": r"cryptograph|encrypt|\bTLS\b|signing|hash",
    "personal data": r"(user|personal) data|\bPII\b|privacy",
}


def _settings(service: Service) -> Iterator[tuple[Class, ast.AnnAssign, str]]:
    """Yield the fields of settings, each with its name after its group's."""
    of_settings = {id(each.node) for each in service.subclasses("BaseSettings")}
    for each in [*service.subclasses("BaseSettings"), *service.subclasses("BaseModel")]:
        group = re.search(r"(\w*?)(?:Settings|Config|Configuration)$", each.name)
        if not group and id(each.node) not in of_settings:
            continue
        for item in each.node.body:
            match item:
                case ast.AnnAssign(target=ast.Name(id=name)):
                    prefix = group[1].lower() if group else ""
                    yield each, item, f"{prefix}_{name.lower()}"


@check("ast", "no setting that is a secret has a default")
def _no_default_secrets(service: Service) -> Iterator[Finding]:
    for each, field, name in _settings(service):
        default = _default(field.value)
        if (_SECRET.search(name) and default) or _LOGIN_IN_URL.search(default):
            yield Finding(
                f"{each.name}.{ast.unparse(field.target)} has a default, which will be"
                " used: demand it from the environment",
                each.module.path,
                field.lineno,
            )


def _default(value: ast.expr | None) -> str:
    """Return the text that a field holds if nothing else is said."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.Call(func=function, args=[*given], keywords=keywords):
            named = {keyword.arg: keyword.value for keyword in keywords}
            if last_name(function) in {"getenv", "get"}:
                return _default(next(iter(given[1:]), named.get("default")))
            return _default(next(iter(given), named.get("default")))
        case _:
            return ""


@check("ast", "settings that are secrets are of a type that hides them")
def _hidden_secrets(service: Service) -> Iterator[Finding]:
    for each, field, name in _settings(service):
        hint = ast.unparse(field.annotation)
        told = re.search(r"\b(str|bytes|\w*Dsn|\w*Url)\b", hint)
        if told and (_SECRET.search(name) or _STORE.search(name)):
            yield Finding(
                f"{each.name}.{ast.unparse(field.target)} is {hint}, which shows its"
                " value when it is printed: make it SecretStr",
                each.module.path,
                field.lineno,
            )


@check("text", "no file that git keeps holds a private key or a known token")
def _no_known_secrets(service: Service) -> Iterator[Finding]:
    for path in service.paths:
        if (
            service.ignored.match_file(path)
            or (service.root / path).is_symlink()
            or (service.root / path).stat().st_size > _LARGE
        ):
            continue
        for number, line in enumerate(service.read(path).splitlines(), 1):
            if found := _KNOWN_SECRET.search(line):
                yield Finding(
                    f"holds a secret ({found[0][:8]}...): revoke it, then remove it"
                    " from the history",
                    path,
                    number,
                )


def _refuses_private_keys(configuration: Any) -> bool:  # noqa: ANN401  from YAML
    return any(
        hook.get("id") in _HOOKS or "PRIVATE KEY" in str(hook.get("entry"))
        for repository in _mappings(configuration, "repos")
        for hook in _mappings(repository, "hooks")
    )


def _mappings(content: Any, key: str) -> list[Mapping[str, Any]]:  # noqa: ANN401
    """Return the mappings in the list at a key, none if it is anything else."""
    found = content.get(key) if isinstance(content, dict) else None
    return [each for each in found or () if isinstance(each, dict)]


@openapi("no response has a member for a password, its hash, or another secret")
def _no_secrets_in_responses(document: Mapping[str, Any]) -> Iterator[Finding]:
    for address, method, operation in operations(document):
        for status, response in operation.get("responses", {}).items():
            for name in sorted(_members(document, response, set())):
                if _SHOWN.search(name):
                    yield Finding(
                        f"{method.upper()} {address} answers {status} with {name}"
                    )


def _members(document: Mapping[str, Any], part: Any, seen: set[str]) -> set[str]:  # noqa: ANN401
    """Return the names of all members that a part of the description leads to."""
    if isinstance(part, list):
        return {name for each in part for name in _members(document, each, seen)}
    if not isinstance(part, dict):
        return set()
    found = set(part.get("properties", ()))
    reference = str(part.get("$ref", ""))
    if reference.startswith("#/") and reference not in seen:
        seen.add(reference)
        target: Any = document
        for step in reference[2:].split("/"):
            target = target.get(step, {})
        found |= _members(document, target, seen)
    return found | _members(document, list(part.values()), seen)


def _policy(service: Service) -> tuple[str, str]:
    """Return the path and the text of the security policy, empty if there is none."""
    found = [path for path in _POLICIES if service.has(path)]
    return (found[0], service.read(found[0])) if found else (_POLICIES[0], "")


@check("text", "a security policy tells how to report a vulnerability")
def _reported(service: Service) -> Iterator[Finding]:
    path, policy = _policy(service)
    if not re.search(r"^#+ .*\b(report|contact)", policy, re.I | re.M):
        yield Finding("tells nobody how to report a vulnerability", path)


@check("text", "it names threats to credentials, cryptography and personal data")
def _modelled(service: Service) -> Iterator[Finding]:
    path, policy = _policy(service)
    if not re.search(r"^#+ .*\bthreats?\b", policy, re.I | re.M):
        yield Finding("has no section about threats", path)
    for what, words in _COVERED.items():
        if not re.search(words, policy, re.I):
            yield Finding(f"says nothing of {what}", path)


@check("text", "a page says how a key is replaced")
def _replaced(service: Service) -> Iterator[Finding]:
    pages = ["README.md", *_POLICIES, *service.glob("docs/**/*.md")]
    if not any(_REPLACEMENT.search(service.read(page)) for page in pages):
        yield Finding("no page says how to replace the key that signs tokens")


_PRIVATE_KEY_HOOK = yaml(
    ".pre-commit-config.yaml",
    "",
    _refuses_private_keys,
    "has a hook that refuses private keys",
)
_APPLICATION_TESTS = "tests/integration/test_application.py"

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "SEC-01": (rules("S105", "S106", "S107"), _no_default_secrets),
    "SEC-02": (
        ignored(".env", ".env.prod", keeps=[".env.example"]),
        _PRIVATE_KEY_HOOK,
        _no_known_secrets,
        shipped(
            "tests/unit/test_settings.py::test_env_example_holds_no_secret",
            "`.env.example` holds no secret",
        ),
    ),
    "SEC-03": (
        _hidden_secrets,
        shipped(
            "tests/unit/test_settings.py::test_settings_do_not_show_the_password",
            "printed settings do not show the password",
        ),
    ),
    "SEC-04": (
        _replaced.when(with_accounts),
        shipped(
            f"{TOKENS}::test_key_is_replaced_without_logging_anyone_out",
            "tokens of the key before are still read, those of a key that is gone not",
        ).when(with_accounts),
        shipped(
            "tests/integration/test_cookies.py"
            "::test_page_stays_logged_in_when_the_key_is_replaced",
            "nor has a page to log in again",
        ).when(with_accounts),
    ),
    "SEC-07": PIPELINE["CIC-05"],
    "SEC-09": (
        rules(
            *("S102", "S103", "S104", "S108", "S113", "S202", "S301", "S302", "S303"),
            *("S304", "S305", "S306", "S307", "S308", "S310", "S312", "S313", "S314"),
            *("S315", "S316", "S317", "S318", "S319", "S321", "S323", "S324", "S501"),
            *("S502", "S503", "S504", "S505", "S506", "S507", "S508", "S509", "S601"),
            *("S602", "S604", "S605", "S608", "S609", "S612", "S701", "S702", "S704"),
            "PLE2502",
        ),
    ),
    "SEC-11": (
        _no_secrets_in_responses,
        shipped(
            f"{_APPLICATION_TESTS}::test_invalid_request_does_not_echo_its_input",
            "the answer to an invalid request does not repeat it",
        ),
        shipped(
            f"{_APPLICATION_TESTS}::test_unexpected_error_is_logged_but_not_shown",
            "an unexpected error is logged, and not shown",
        ),
        registered,
    ),
    "SEC-12": (
        counted,
        role_changed,
        shipped(
            f"{ADMINISTRATORS}::test_administrators_deactivate_others",
            "it is recorded who deactivated whom",
        ).when(with_accounts),
        unrecorded,
        shipped(
            f"{ACCOUNTS}::test_what_was_recorded_stays",
            "records can be neither changed nor deleted",
        ).when(with_accounts),
    ),
    "SEC-14": (_reported, _modelled),
    "SEC-15": (
        shipped(
            "tests/unit/test_settings.py"
            "::test_production_refuses_a_database_without_tls",
            "production does not start with a database that it reaches without TLS",
        ),
        shipped(
            "tests/unit/test_redis_settings.py"
            "::test_production_refuses_a_redis_without_tls",
            "nor with such a Redis",
        ).when(with_cache),
    ),
    "SEC-17": (_PRIVATE_KEY_HOOK,),
}
