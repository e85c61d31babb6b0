"""A browser logs in to a service, and pages of other sites get nothing out of that."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from harness.pages import Reader, reading
from harness.serving import serve

NAMES = {"project_name": "acme-orders", "package_name": "acme"}
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ADA, PASSWORD = "ada@example.com", "some words of mine"
ORDERS, SESSIONS = "/api/v1/orders", "/api/v1/sessions"
LOCAL = ("python", "-m", "scripts.local")
# They share a service, which takes long to make.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser")]
FORM = """\
<!doctype html>
<form method="post" enctype="text/plain"></form>
"""


@dataclass(frozen=True)
class Ours:
    """A page of the service's own origin, which holds the functions of the document.

    Attributes:
        page: where somebody has logged in.
        origin: of the service.
    """

    page: Page
    origin: str

    def send(self, method: str, path: str, data: object = None) -> tuple[int, Any]:
        """Ask as the document says, and return the status and the body."""
        return self._answer("send(...sent)", method, path, data)

    def send_without_token(self, path: str) -> tuple[int, Any]:
        """Ask for a change as a page does that does not know of the token."""
        return self._answer('fetch(sent[0], { method: "POST" })', path)

    def _answer(self, call: str, *sent: object) -> tuple[int, Any]:
        status, text = self.page.evaluate(
            "async (sent) => { const answer = await CALL;"
            " return [answer.status, await answer.text()]; }".replace("CALL", call),
            list(sent),
        )
        found = self.page.evaluate("JSON.parse", text) if text else None
        return status, found


@pytest.fixture(scope="module")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Chromium, with `--everything`; CI must have it."""
    if not pytestconfig.getoption("everything"):
        pytest.skip("a browser is tried with --everything")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, f"none of these is on the PATH: {', '.join(BROWSERS)}"
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path) as browser,
    ):
        yield browser


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Reader]:
    """A project whose database knows somebody."""
    assert browser.is_connected()
    with reading(NAMES) as reader:
        reader.run("uv", "run", "task", "migrate-up")
        create = ("uv", "run", *LOCAL, "acme", "create-admin", ADA, "--password-stdin")
        subprocess.run(
            create,
            cwd=reader.path,
            env=reader.environment,
            input=PASSWORD,
            text=True,
            check=True,
        )
        yield reader


@pytest.fixture(scope="module")
def origin(reader: Reader) -> Iterator[str]:
    """The service, which hands out cookies."""
    environment = {**reader.environment, "JWT_COOKIES": "true"}
    log = reader.path.with_name("log")
    with serve(reader.path, "acme", log, environment, LOCAL) as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture
def ours(browser: Browser, origin: str, reader: Reader) -> Iterator[Ours]:
    """A page on which somebody has logged in."""
    with browser.new_context() as context:
        context.route("**", local_only)
        page = context.new_page()
        page.goto(f"{origin}/docs", wait_until="commit")
        blocks = re.findall(r"```js\n(.*?)```", reader.page("browsers.md"), re.DOTALL)
        page.add_script_tag(content="".join(blocks))
        arguments = [ADA, PASSWORD]
        answer = "logIn(...given).then((answer) => answer.json())"
        body = page.evaluate(f"(given) => {answer}", arguments)
        assert body["access_token"] is body["refresh_token"] is None
        yield Ours(page, origin)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of another server, with a form."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "form.html").write_text(FORM, encoding="utf-8")
    with serving(folder) as port:
        yield port


def test_page_does_what_the_document_says(ours: Ours) -> None:
    """It reads and changes, with tokens that its scripts do not see."""
    cookies = {each["name"]: each for each in ours.page.context.cookies()}
    names = {
        "__Host-acme_access",
        "__Host-acme_csrf",
        "__Host-acme_refresh",
    }
    seen = ours.page.evaluate("document.cookie")

    assert cookies.keys() == names
    assert seen == f"__Host-acme_csrf={cookies['__Host-acme_csrf']['value']}"

    status, order = create(ours)
    assert status == 201

    ours.page.context.clear_cookies(name="__Host-acme_access")
    status, _ = ours.send("GET", f"{ORDERS}/{order['id']}")
    assert status == 200

    logged_out = ours.page.evaluate("logOut().then((answer) => answer.status)")
    assert logged_out == 204
    assert ours.page.context.cookies() == []
    assert ours.send("GET", SESSIONS)[0] == 401


def test_page_that_does_not_send_the_token_changes_nothing(ours: Ours) -> None:
    """The cookies alone are not enough, even for a page of this origin."""
    _, order = create(ours)

    for path in changes(order):
        assert ours.send_without_token(path)[0] == 403
    assert_unchanged(ours, order)


@pytest.mark.parametrize(
    ("host", "sends_cookies"),
    [
        pytest.param("127.0.0.1", False, id="another site"),
        # Ports do not tell sites apart.
        pytest.param("localhost", True, id="another origin of the site"),
    ],
)
def test_form_of_another_page_changes_nothing(
    ours: Ours, elsewhere: int, host: str, *, sends_cookies: bool
) -> None:
    """Its form is sent in the browser of somebody who has logged in."""
    _, order = create(ours)
    page = ours.page.context.new_page()
    for path in changes(order):
        page.goto(f"http://{host}:{elsewhere}/form.html")
        with page.expect_navigation() as navigation:
            page.evaluate(
                "(action) => { document.forms[0].action = action;"
                " document.forms[0].submit(); }",
                ours.origin + path,
            )
        answer = navigation.value
        sent = answer.request.all_headers()

        assert answer.url == ours.origin + path
        assert answer.request.method == "POST"
        assert ("__Host-acme_access" in sent.get("cookie", "")) == sends_cookies
        assert answer.status in ({403, 415} if sends_cookies else {401, 403, 415})
    assert_unchanged(ours, order)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_script_of_another_page_changes_and_reads_nothing(
    ours: Ours, elsewhere: int, host: str
) -> None:
    """It asks with all that the browser would send."""
    _, order = create(ours)
    page = ours.page.context.new_page()
    page.goto(f"http://{host}:{elsewhere}/form.html")
    ask = "([url, sent]) => fetch(url, sent).then((answer) => answer.type, () => null)"
    simple = {"method": "POST", "mode": "no-cors", "credentials": "include"}
    with_header = {
        "method": "POST",
        "credentials": "include",
        "headers": {"X-CSRF-Token": "x"},
    }

    for path in changes(order):
        assert page.evaluate(ask, [ours.origin + path, simple]) == "opaque"
        assert page.evaluate(ask, [ours.origin + path, with_header]) is None
    read = {"credentials": "include"}
    assert page.evaluate(ask, [f"{ours.origin}{SESSIONS}", read]) is None
    assert_unchanged(ours, order)


def create(ours: Ours) -> tuple[int, Any]:
    """Make an order, and return the answer."""
    line = {"sku": "TEA-100", "quantity": 2, "unit_price": "4.50"}
    order = {"reference": uuid4().hex, "customer": "Ada", "lines": [line]}
    return ours.send("POST", ORDERS, order)


def changes(order: dict[str, str]) -> tuple[str, ...]:
    """Return what a form without fields could change."""
    return (f"{ORDERS}/{order['id']}/place", f"{SESSIONS}/refresh")


def assert_unchanged(ours: Ours, order: dict[str, str]) -> None:
    """An order is as it was, and nobody refreshed the session or has ended it."""
    _, sessions = ours.send("GET", SESSIONS)
    current = next(each for each in sessions["data"] if each["is_current"])

    assert current["created_at"] == current["updated_at"]
    assert ours.send("GET", f"{ORDERS}/{order['id']}") == (200, order)


def local_only(route: Route) -> None:
    """Let nothing leave this host: the page of the documentation loads its looks."""
    if urlsplit(route.request.url).hostname in {"localhost", "127.0.0.1"}:
        route.continue_()
    else:
        route.abort()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Serve the files of a folder, and give the port."""
    handler = partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
