"""Services that let in, or let do, whom they should not (AUT)."""

from collections.abc import Mapping

from conformance.changes import Edit, Spoiled
from conformance.counterexamples.models import FINDINGS as MODELS
from plumb.checks.authentication import (
    ACCOUNTS,
    ADMINISTRATORS,
    ATTACKS,
    AUTHENTICATION,
    LIMITS,
    LOGINS,
    PASSWORDS,
    SESSIONS,
    TOKENS,
)

_ACCOUNTS = "{accounts[service]}.py"
_COOKIES = "{src}/core/cookies.py"
_COOKIE_TESTS = "tests/integration/test_cookies.py"
_HASHES = "{src}/core/passwords.py"
_JWT = "{src}/core/tokens.py"
_KEYS = "[settings.key, *settings.previous_keys]"
_MIDDLEWARE = "{sessions[middleware]}.py"
_OPAQUE = "{src}/core/opaque_tokens.py"
_ORDERS = "{orders[router]}.py"
_PRINCIPALS = "{src}/core/principals.py"
_ROUTER = "{accounts[router]}.py"
_SCHEMAS = "{accounts[schemas]}.py"
_SECURITY = "{src}/core/security.py"
_SESSIONS = "{sessions[service]}.py"
_SETTINGS = "{src}/core/auth_settings.py"
_UNKNOWN = Edit(_SECURITY, "HTTPStatus.UNAUTHORIZED", "HTTPStatus.BAD_REQUEST")
_FORBIDDEN = Edit(_SECURITY, "HTTPStatus.FORBIDDEN", "HTTPStatus.BAD_REQUEST")
_LONG = Edit(_SETTINGS, "default=30, gt=0, le=60", "default=60, gt=0, le=60")

UNDECLARED = Spoiled(
    Edit(_PRINCIPALS, ", _: Annotated[str | None, Depends(_scheme)]", ""),
    says="no scheme of security",
)
LET_IN = Spoiled(
    Edit(_ORDERS, "principal: PrincipalDep", '*, principal: str = ""'),
    Edit(
        "{outbox[dependencies]}.py", "principal: PrincipalDep", '*, principal: str = ""'
    ),
    says=(
        "GET /api/v1/orders/{order_id} lets in whoever calls",
        "DELETE /api/v1/orders/{order_id} lets in whoever calls",
    ),
)
TYPELESS = Spoiled(
    Edit(
        _ROUTER,
        "    service: AccountServiceDep, claims: ClaimsDep\n) -> AccountResponse:",
        "    service: AccountServiceDep, claims: ClaimsDep\n) -> dict[str, str]:",
    ),
    says="GET /api/v1/accounts/me shows who calls without a type",
)
NAMELESS = Spoiled(
    Edit(_SCHEMAS, "    email: Email\n    password: Password\n", "    email: Email\n"),
    says="no operation takes an address of e-mail and a password",
)
ANY_ADDRESS = Spoiled(
    Edit(_SCHEMAS, "    EmailStr,\n", "    str,\n"),
    says=(
        "POST /api/v1/accounts takes any text as email",
        "GET /api/v1/accounts takes any text as email",
    ),
)
LONG = Spoiled(_LONG, says="jwt_access_minutes is 60, not 30")
WITH_DEFAULT = Spoiled(
    Edit(_SETTINGS, "    key: _Key\n", '    key: _Key = SecretBytes(b"k" * 32)\n'),
    says="jwt_key has a default",
)


def undeclared(error: str, says: str) -> Spoiled:
    """Return a service whose middleware does not declare an error."""
    others = {"UnauthorizedError", "ForbiddenError"} - {error}
    kept = f"raises=({', '.join(others)},)"
    both = "raises=(UnauthorizedError, ForbiddenError)"
    return Spoiled(Edit(_MIDDLEWARE, both, kept), says=says)


FINDINGS: Mapping[str, tuple[Spoiled, ...]] = {
    "AUT-01": (
        Spoiled(
            Edit(_PRINCIPALS, '="/api/v1/sessions"', '="/api/v1/tokens"'),
            says="nothing answers at /api/v1/tokens",
        ),
    ),
    "AUT-02": (
        Spoiled(
            Edit("pyproject.toml", '"pyjwt', '"python-jose'),
            says=("pyjwt is no dependency", "python-jose makes tokens"),
        ),
    ),
    "AUT-05": (UNDECLARED,),
    "AUT-07": (Spoiled(*UNDECLARED.changes, says="no dependency tells who calls"),),
    "AUT-13": MODELS["ORM-07"],
    "AUT-14": (
        Spoiled(
            Edit("{src}/core/roles.py", '"viewer"', '"guest"'),
            says="no enumeration holds the roles",
        ),
    ),
}

_UNSTORED = Spoiled(
    Edit(_SESSIONS, "hash_of(refresh_token), s", "hash_of(refresh_token[1:]), s"),
    says="assert 401 == 200",
)
_UNNOTICED = Spoiled(
    Edit(_SESSIONS, "if is_reuse:", "if False:"), says="assert 200 == 401"
)
_SHOWN = Spoiled(
    Edit(
        _SCHEMAS,
        "    role: Role\n    verified_at",
        '    role: Role\n    password_hash: str = ""\n    verified_at',
    ),
    says="isdisjoint",
)
_UNCHECKED = Spoiled(
    Edit(_COOKIES, "if not sent or", "if False and"), says="assert 200 == 403"
)

FAILURES: Mapping[str, Mapping[str, Spoiled]] = {
    f"{ATTACKS}::test_nothing_is_done_for_who_is_not_known": {
        "API-15": Spoiled(
            Edit(_ORDERS, "principal: PrincipalDep", "request: Request"),
            Edit(
                _ORDERS,
                "OrderService(uow, principal, cache, outbox)",
                "OrderService(uow, request.app.state.settings, cache, outbox)",
            ),
            Edit(
                "{outbox[dependencies]}.py",
                "principal: PrincipalDep",
                "request: Request",
            ),
            Edit(
                "{outbox[dependencies]}.py",
                "OutboxService(uow, principal)",
                "OutboxService(uow, request.app.state.settings)",
            ),
            says="is_not_known[nothing]",
        ),
        "AUT-03": Spoiled(
            Edit(_JWT, "algorithms=[_ALGORITHM]", 'algorithms=[header["alg"]]'),
            says="is_not_known[another algorithm]",
        ),
        "AUT-04": Spoiled(
            Edit(_JWT, "options={", 'options={"verify_signature": False, '),
            says="is_not_known[promoted]",
        ),
    },
    f"{ATTACKS}::test_viewers_change_nothing": {
        "API-16 AUT-15": Spoiled(
            Edit(_PRINCIPALS, "{usual, *wanted.scopes}", "{*wanted.scopes}"),
            says="POST /api/v1/orders",
        ),
    },
    f"{AUTHENTICATION}::test_lines_of_a_request_name_its_user": {
        "LOG-25": Spoiled(
            Edit(
                _MIDDLEWARE,
                "        bind_contextvars(user_id=str(claims.subject))\n",
                "",
            ),
            says="('asked', None)",
        ),
    },
    f"{AUTHENTICATION}::test_bearer_of_a_token_is_known": {
        "AUT-01": Spoiled(Edit(_MIDDLEWARE, '!= "bearer"', '!= "token"')),
    },
    f"{AUTHENTICATION}::test_who_is_not_known_is_asked_to_log_in": {
        "API-15 AUT-04": Spoiled(_UNKNOWN, says="assert 400 == 401"),
    },
    f"{AUTHENTICATION}::test_roles_allow_what_they_say": {
        "API-16 AUT-15": Spoiled(_FORBIDDEN, says="400"),
        "AUT-06": Spoiled(
            Edit(_PRINCIPALS, "{usual, *wanted.scopes}", "{usual}"),
            says="('GET', '/scope'): 200} != {('GET', '/scope'): 403}",
        ),
        "AUT-14 DIN-05": Spoiled(
            Edit(_PRINCIPALS, "if claims.role not in roles or", "if not roles or"),
            says="('GET', '/role'): 200} != {('GET', '/role'): 403}",
        ),
        "DIN-09": Spoiled(
            Edit(_PRINCIPALS, "{usual, *wanted.scopes}", "{*wanted.scopes}"),
            says="('POST', '/who'): 200} != {('POST', '/who'): 403}",
        ),
    },
    f"{TOKENS}::test_token_that_is_not_ours_is_refused": {
        "AUT-03": Spoiled(
            Edit(_JWT, "algorithms=[_ALGORITHM]", 'algorithms=[header["alg"]]'),
            says="is_refused[another algorithm]",
        ),
        "AUT-04": Spoiled(
            Edit(_JWT, '"sub", ', ""),
            Edit(_JWT, 'body["sub"]', 'body.get("sub", body["sid"])'),
            says="is_refused[no subject]",
        ),
    },
    f"{TOKENS}::test_token_is_valid_for_half_an_hour": {
        "AUT-08": Spoiled(
            Edit(_JWT, "minutes=settings.access_minutes", "hours=1"),
            says="== (30 * 60)",
        ),
        "CFG-23": Spoiled(_LONG),
    },
    f"{TOKENS}::test_key_is_replaced_without_logging_anyone_out": {
        "SEC-04": Spoiled(Edit(_JWT, _KEYS, "[settings.key]"), says="is not valid"),
    },
    f"{_COOKIE_TESTS}::test_page_stays_logged_in_when_the_key_is_replaced": {
        "SEC-04": Spoiled(
            Edit(_COOKIES, _KEYS, "[settings.key]"), says="assert 403 == 200"
        ),
    },
    f"{SESSIONS}::test_session_lasts_longer_with_each_refresh": {
        "AUT-09": Spoiled(
            Edit(_SETTINGS, "default=7, gt=0", "default=8, gt=0"), says="assert 7 == 6"
        ),
    },
    f"{SESSIONS}::test_token_that_is_not_good_is_refused_in_the_same_words": {
        "AUT-09": Spoiled(
            Edit(
                "{sessions[repository]}.py",
                "            .where(_TOKEN.expires_at > func.now())\n",
                "",
            ),
            says="[UPDATE refresh_tokens SET expires_at = now()-True]",
        ),
    },
    f"{SESSIONS}::test_refresh_token_is_good_for_new_tokens": {
        "AUT-10 AUT-18": _UNSTORED,
    },
    f"{SESSIONS}::test_reuse_ends_the_family_and_is_recorded": {"AUT-10": _UNNOTICED},
    f"{SESSIONS}::test_who_logs_out_is_out": {
        "AUT-18": Spoiled(
            Edit(
                "{sessions[router]}.py",
                "        await service.end(claims.session, claims.subject)",
                "        pass",
            ),
            says="assert 204 == 401",
        ),
    },
    f"{SESSIONS}::test_only_hashes_of_refresh_tokens_are_stored": {
        "AUT-11": Spoiled(
            Edit(_OPAQUE, "sha256(token.encode()).digest()", "token.encode()"),
            says=".hex() not in",
        ),
    },
    "tests/unit/test_opaque_tokens.py"
    "::test_token_has_a_form_that_secret_scanners_find": {
        "AUT-11": Spoiled(
            Edit(_OPAQUE, "return body + _checksum(body)", 'return f"{body}.sub.sig"'),
            says="fullmatch",
        ),
    },
    f"{PASSWORDS}::test_password_is_kept_as_a_salted_hash": {
        "AUT-12": Spoiled(
            Edit(_HASHES, "((Argon2Hasher(),", "((BcryptHasher(),"),
            says="startswith",
        ),
        "AUT-13": Spoiled(
            Edit(
                _HASHES,
                "return await self._run(lambda: self._hashes.hash(password))",
                'return f"$argon2id$v=19$m=65536,t=3,p=4${password}"',
            ),
            says="'correct horse battery staple' is contained here",
        ),
    },
    f"{PASSWORDS}::test_hash_of_bcrypt_is_replaced_when_it_matches": {
        "AUT-12": Spoiled(
            Edit(_HASHES, 'if not stored.startswith("$2"):', "if True:"),
            says="assert matches",
        ),
    },
    f"{PASSWORDS}::test_comparing_passwords_stops_nobody_else": {
        "ASY-10": Spoiled(
            Edit(_HASHES, "        try:\n", "        return work()\n        try:\n"),
            says="> 100",
        ),
    },
    f"{PASSWORDS}::test_passwords_take_two_threads_of_each_processor": {
        "ASY-11": Spoiled(
            Edit(_HASHES, "min(settings.threads, 2 * (os.cpu_count() or 1))", "8"),
            says="== 2",
        ),
    },
    f"{ACCOUNTS}::test_registration_is_finished_by_the_letter": {
        "API-48": Spoiled(
            Edit(
                _ROUTER,
                "return AccountResponse.model_validate(await service.get(claims))",
                "account = await service.get(claims)\n"
                "    return AccountResponse.model_validate(\n"
                '        account.model_copy(update={"email": ""})\n'
                "    )",
            ),
            says="('', 'member')",
        ),
        "AUT-18": Spoiled(
            Edit(_ACCOUNTS, "if account.verified_at is None:", "if True:"),
            says="KeyError: 'scope'",
        ),
        "SCH-02 SEC-11": _SHOWN,
        "TST-46": Spoiled(
            Edit(
                "{accounts[letters]}.py",
                "await self._mailer.send(",
                "print(",
            ),
            says="IndexError",
        ),
    },
    f"{ACCOUNTS}::test_who_registers_again_learns_it_from_the_letter_alone": {
        "TST-46": Spoiled(
            Edit(
                _ACCOUNTS,
                'await self._finish("registered_again", known.id)',
                "raise EmailTakenError",
            ),
            says="answers EMAIL_TAKEN",
        ),
    },
    f"{ACCOUNTS}::test_registration_that_is_refused_names_the_field_and_no_secret": {
        "SCH-12": Spoiled(*ANY_ADDRESS.changes, says="assert 202 == 422"),
    },
    f"{LOGINS}::test_login_is_counted_and_recorded_and_names_nobody_in_the_log": {
        "AUT-13": Spoiled(
            Edit(
                _ACCOUNTS,
                '{"account_id": str(seen.id) if seen else None}',
                '{"account_id": str(seen.id) if seen else None, "given": password}',
            ),
            says="not a word of mine",
        ),
        "AUT-17": Spoiled(
            Edit(_ACCOUNTS, 'LOGINS.labels("failed").inc()', "pass"),
            says="+ 1)",
        ),
        "SEC-12": Spoiled(
            Edit(_ACCOUNTS, "_audit.record(action,", '_audit.record("seen",'),
            says="logged_in",
        ),
    },
    f"{ACCOUNTS}::test_record_names_the_request_and_holds_no_secret": {
        "AUT-13": Spoiled(
            Edit(
                _ACCOUNTS,
                'self._finish("password_changed", account.id)',
                'self._finish("password_changed", account.id, now=new)',
            ),
            says="some words of mine",
        ),
        "SEC-12": Spoiled(
            Edit(
                "{audit[repository]}.py",
                'get_contextvars().get("correlation_id")',
                "None",
            ),
            says="call-7",
        ),
    },
    f"{ADMINISTRATORS}::test_administrators_change_the_roles_of_others": {
        "AUT-15": Spoiled(
            Edit(_ROUTER, 'scopes=["admin"]', "scopes=[]"), says="== 403"
        ),
        "SEC-12": Spoiled(
            Edit(_ACCOUNTS, '{"before": before.role, "after": role}', "role"),
            says="before",
        ),
    },
    f"{ADMINISTRATORS}::test_administrators_deactivate_others": {
        "SEC-12": Spoiled(
            Edit(
                _ACCOUNTS,
                '"deactivated", account_id, actor=str(claims.subject)',
                '"deactivated", account_id, actor=str(account_id)',
            ),
            says="assert [",
        ),
    },
    f"{ACCOUNTS}::test_what_was_recorded_stays": {
        "SEC-12": Spoiled(
            Edit(
                "migrations/versions/0003_create_accounts.py",
                "BEFORE UPDATE OR DELETE",
                "BEFORE TRUNCATE",
            ),
            Edit(
                "migrations/versions/0003_create_accounts.py",
                "FOR EACH ROW",
                "FOR EACH STATEMENT",
            ),
            says="DID NOT RAISE",
        ),
    },
    f"{ACCOUNTS}::test_deactivation_ends_everything_and_frees_the_address": {
        "AUT-16": Spoiled(
            Edit(
                _ACCOUNTS,
                "        await self._letter_tokens.drop(account_id)\n"
                "        await self._sessions.end_all(account_id)\n",
                "        await self._letter_tokens.drop(account_id)\n",
            ),
            says="assert 200 == 401",
        ),
    },
    f"{LIMITS}::test_one_address_guesses_ten_times_and_locks_nobody_else_out": {
        "AUT-18": Spoiled(
            Edit(
                "{accounts[dependencies]}.py",
                '"login", 10, together=100',
                '"login", 99, together=100',
            ),
            says="[401, 401] == [401, 429]",
        ),
    },
    f"{_COOKIE_TESTS}::test_change_without_the_token_of_the_page_is_refused": {
        "NET-13": _UNCHECKED,
    },
    f"{_COOKIE_TESTS}::test_form_of_another_site_is_refused": {"NET-13": _UNCHECKED},
    f"{_COOKIE_TESTS}::test_bearer_needs_no_token_of_a_page": {
        "NET-13": Spoiled(
            Edit(_MIDDLEWARE, 'if in_cookie and scope["method"]', 'if scope["method"]'),
            says="assert 403 == 200",
        ),
    },
    f"{_COOKIE_TESTS}::test_page_gets_its_tokens_where_no_script_reads_them": {
        "NET-14": Spoiled(
            Edit(_COOKIES, "httponly=name != CSRF_COOKIE", "httponly=False"),
            says="httponly",
        ),
    },
    "tests/unit/test_settings.py::test_settings_that_are_wrong_name_the_variable": {
        "CFG-22": Spoiled(*WITH_DEFAULT.changes, says="JWT_KEY: Field required"),
    },
}
