"""Who may call, and what each may do (AUT)."""

import ast
from collections.abc import Iterator, Mapping

from plumb.check import Check, Finding, check
from plumb.checks.models import CHECKS as MODELS
from plumb.description import Document, for_clients
from plumb.kinds import openapi, shipped
from plumb.options import literal
from plumb.roles import provided
from plumb.service import Service, assigned
from plumb.signatures import names

ACCOUNTS = "tests/integration/test_accounts.py"
ADMINISTRATORS = "tests/integration/test_administrators.py"
ATTACKS = "tests/integration/test_attacks.py"
AUTHENTICATION = "tests/integration/test_authentication.py"
LIMITS = "tests/integration/test_account_limits.py"
LOGINS = "tests/integration/test_logins.py"
PASSWORDS = "tests/unit/test_passwords.py"
SESSIONS = "tests/integration/test_sessions.py"
TOKENS = "tests/unit/test_tokens.py"

_ROLES = frozenset({"admin", "member", "viewer"})
_OTHERS = ("authlib", "joserfc", "jwcrypto", "python-jose")
_SCHEMES = frozenset(
    {"APIKeyCookie", "APIKeyHeader", "HTTPBearer", "OAuth2AuthorizationCodeBearer"}
    | {"OAuth2PasswordBearer", "OpenIdConnect"}
)
_UNTYPED = frozenset({"Any", "Mapping", "dict", "object"})


def with_accounts(service: Service) -> bool:
    """Whether the service is to know who calls: one of ours may be made without."""
    return service.answers.get("auth") != "none"


@openapi("the API's description declares how a client authenticates")
def declared(document: Document) -> Iterator[Finding]:
    """Look for a scheme."""
    if not document.get("components", {}).get("securitySchemes"):
        yield Finding("no scheme of security is declared: use one of fastapi.security")


@openapi("what shows or changes one thing demands that its caller is known")
def secured(document: Document) -> Iterator[Finding]:
    """Look for operations on one thing that anybody may use."""
    for each in for_clients(document):
        if "{" in each.address and not each.is_secured:
            yield Finding(f"{each} lets in whoever calls: depend on the current user")


def token_addresses(document: Document) -> list[str]:
    """Return where each flow of OAuth2 gets its tokens, empty where it says nothing."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    return [
        flow.get("tokenUrl", "")
        for scheme in schemes.values()
        for flow in scheme.get("flows", {}).values()
        if scheme.get("type") == "oauth2"
    ]


@openapi("users log in by OAuth2, at an address of the API")
def _logged_in(document: Document) -> Iterator[Finding]:
    addresses = token_addresses(document)
    if not addresses:
        yield Finding("nobody logs in by OAuth2: declare OAuth2PasswordBearer")
    for address in addresses:
        known = "post" in document["paths"].get(f"/{address.lstrip('/')}", {})
        if not known and "://" not in address:
            yield Finding(f"nothing answers at {address}, where one is to log in")


@check("toml", "PyJWT is required, and nothing else that makes tokens")
def _with_pyjwt(service: Service) -> Iterator[Finding]:
    if "pyjwt" not in service.requirements:
        yield Finding("pyjwt is no dependency: uv add pyjwt", "pyproject.toml")
    for name in _OTHERS:
        if name in service.requirements:
            yield Finding(f"{name} makes tokens: use PyJWT", "pyproject.toml")


@check("ast", "a dependency that reads a scheme hands the current user to routes")
def _current_user(service: Service) -> Iterator[Finding]:
    schemes = {
        name
        for module in service.modules
        for node in module.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
        if _SCHEMES & names(node.value)
        for name in assigned(node)
    }
    injected = provided(service)
    readers = [
        (module, function)
        for module in service.modules
        for function in module.functions
        if function.name in injected and schemes & names(function.args)
    ]
    if not readers:
        yield Finding("no dependency tells who calls: read a scheme of security in one")
    for module, function in readers:
        if function.returns is None or _UNTYPED & names(function.returns):
            said = f"{function.name} tells who calls without a type"
            yield Finding(said, module.path, function.lineno)


@check("ast", "users are admin, member or viewer")
def _roles(service: Service) -> Iterator[Finding]:
    for each in service.classes:
        values = {literal(getattr(item, "value", None)) for item in each.node.body}
        if values >= _ROLES:
            return
    yield Finding("no enumeration holds the roles admin, member and viewer")


UNKNOWN = shipped(
    f"{AUTHENTICATION}::test_who_is_not_known_is_asked_to_log_in",
    "a request without a token, or with a wrong one, is answered with 401",
).when(with_accounts)
FORBIDDEN = shipped(
    f"{AUTHENTICATION}::test_roles_allow_what_they_say",
    "what the role or the scopes do not allow is answered with 403",
).when(with_accounts)
EVERYWHERE = shipped(
    f"{ATTACKS}::test_nothing_is_done_for_who_is_not_known",
    "without a token, and with each that is forged, every route answers 401",
).when(with_accounts)
VIEWERS = shipped(
    f"{ATTACKS}::test_viewers_change_nothing",
    "every route that changes something answers 403 to whoever may only see it",
).when(with_accounts)
bearer = shipped(
    f"{AUTHENTICATION}::test_bearer_of_a_token_is_known",
    "the bearer of a token is known",
).when(with_accounts)
hashed = shipped(
    f"{PASSWORDS}::test_password_is_kept_as_a_salted_hash",
    "what is kept of a password is a hash by Argon2id, and not the password",
).when(with_accounts)
half_an_hour = shipped(
    f"{TOKENS}::test_token_is_valid_for_half_an_hour",
    "an access token expires 30 minutes after it was issued",
).when(with_accounts)
registered = shipped(
    f"{ACCOUNTS}::test_registration_is_finished_by_the_letter",
    "somebody registers, answers the letter, logs in, and sees the own account without"
    " its hash",
).when(with_accounts)
counted = shipped(
    f"{LOGINS}::test_login_is_counted_and_recorded_and_names_nobody_in_the_log",
    "logins are counted by their outcome and recorded, without address and password",
).when(with_accounts)
unrecorded = shipped(
    f"{ACCOUNTS}::test_record_names_the_request_and_holds_no_secret",
    "records of what was done name the request, and hold no password, hash or token",
).when(with_accounts)
role_changed = shipped(
    f"{ADMINISTRATORS}::test_administrators_change_the_roles_of_others",
    "administrators change roles, which is recorded, and nobody else does",
).when(with_accounts)
_refused = shipped(
    f"{TOKENS}::test_token_that_is_not_ours_is_refused",
    "tokens with another algorithm or none, another key, or a claim that is missing or"
    " wrong are refused",
).when(with_accounts)
_refreshed = shipped(
    f"{SESSIONS}::test_refresh_token_is_good_for_new_tokens",
    "a refresh token gets new tokens, which work",
).when(with_accounts)

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "AUT-01": (_logged_in.when(with_accounts), bearer),
    "AUT-02": (_with_pyjwt.when(with_accounts),),
    "AUT-03": (_refused, EVERYWHERE),
    "AUT-04": (_refused, UNKNOWN, EVERYWHERE),
    "AUT-05": (declared.when(with_accounts),),
    "AUT-06": (FORBIDDEN,),
    "AUT-07": (_current_user.when(with_accounts),),
    "AUT-08": (half_an_hour,),
    "AUT-09": (
        shipped(
            f"{SESSIONS}::test_session_lasts_longer_with_each_refresh",
            "a session, and its refresh token with it, lasts 7 days from each refresh",
        ).when(with_accounts),
        shipped(
            f"{SESSIONS}::test_token_that_is_not_good_is_refused_in_the_same_words",
            "a refresh token that has expired is refused",
        ).when(with_accounts),
    ),
    "AUT-10": (
        _refreshed,
        shipped(
            f"{SESSIONS}::test_reuse_ends_the_family_and_is_recorded",
            "a refresh token that is used again ends its session, and that is recorded",
        ).when(with_accounts),
    ),
    "AUT-11": (
        shipped(
            "tests/unit/test_opaque_tokens.py"
            "::test_token_has_a_form_that_secret_scanners_find",
            "a refresh token is a prefix and random characters",
        ).when(with_accounts),
        shipped(
            f"{SESSIONS}::test_only_hashes_of_refresh_tokens_are_stored",
            "only its hash is in the database",
        ).when(with_accounts),
    ),
    "AUT-12": (
        hashed,
        shipped(
            f"{PASSWORDS}::test_hash_of_bcrypt_is_replaced_when_it_matches",
            "a hash by bcrypt still matches, and is replaced",
        ).when(with_accounts),
    ),
    "AUT-13": (*MODELS["ORM-07"], hashed, unrecorded, counted),
    "AUT-14": (_roles.when(with_accounts), FORBIDDEN),
    "AUT-15": (FORBIDDEN, VIEWERS, role_changed),
    "AUT-16": (
        shipped(
            f"{ACCOUNTS}::test_deactivation_ends_everything_and_frees_the_address",
            "who has deactivated the account is known nowhere any more",
        ).when(with_accounts),
    ),
    "AUT-17": (counted,),
    "AUT-18": (
        registered,
        _refreshed,
        shipped(
            f"{SESSIONS}::test_who_logs_out_is_out",
            "who has logged out can neither act nor refresh",
        ).when(with_accounts),
        shipped(
            f"{LIMITS}::test_one_address_guesses_ten_times_and_locks_nobody_else_out",
            "who guesses too often is locked out, and nobody else",
        ).when(with_accounts),
    ),
}
