"""The server in CloudFront's place: which file a path is, what browsers are told, and what is passed on to the API."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

import pytest

from local.people import DEMO_PASSWORD, THANDI
from local.web import headers
from local.web.build import KEEP_SECONDS, lay_out
from local.web.server import Behind, Server
from tests.support.template import read

PAGE, SCRIPT = b"<!doctype html><title>Khaya</title>", b"export const words = 1;"
BUCKET = "http://127.0.0.1:4566"
LONG = {"items": ["Paint the garden wall"] * 200}
COOKIES = ("khaya_refresh=one; HttpOnly; Secure; SameSite=Strict; Path=/api/auth", "second=two")


class Api(BaseHTTPRequestHandler):
    """Stands behind the server, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str, HTTPMessage, bytes]]] = []

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.path, self.headers, body))
        path = self.path.partition("?")[0]
        if path.endswith("/breaks-off"):
            self.close_connection = True
            return
        known = self.headers.get("If-None-Match") == '"7"'
        status = 304 if known else int(path[-3:]) if path[-3:].isdigit() else 200
        content = b"" if status in (204, 304) else json.dumps(LONG).encode()
        self.send_response_only(status)
        self.send_header("Date", "Sat, 21 Nov 2026 08:00:00 GMT")
        self.send_header("ETag", '"7"')
        self.send_header("Retry-After", "5")
        self.send_header("Referrer-Policy", "unsafe-url")
        for cookie in COOKIES:
            self.send_header("Set-Cookie", cookie)
        if path.startswith("/v1/s/"):
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Content-Type", "image/webp" if "/media/" in path else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - names that the server looks for

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Reply(NamedTuple):
    """What a browser gets."""

    status: int
    headers: HTTPMessage
    body: bytes


class Browser:
    """Asks the server, over one connection for as long as it stays open."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=10)
        self.port = port

    def __call__(self, path: str, method: str = "GET", body: bytes | None = None, **sent: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in sent.items()}
        self.connection.request(method, path, body, named)
        answer = self.connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())


@contextmanager
def asking(port: int) -> Iterator[Browser]:
    browser = Browser(port)
    yield browser
    browser.connection.close()


def serving(server: ThreadingHTTPServer) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def api_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.daemon_threads = True
    yield from serving(server)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "assets").mkdir()
    (folder / "index.html").write_bytes(PAGE)
    (folder / "sw.js").write_bytes(SCRIPT)
    (folder / "assets" / "app-1.js").write_bytes(SCRIPT)
    (folder / "assets" / "app-1.js.br").write_bytes(b"brotli")
    (folder / "assets" / "app-1.js.gz").write_bytes(b"gzip")
    (folder.parent / "secret.txt").write_text("outside")
    return folder


@pytest.fixture(scope="module")
def port(api_port: int, site: Path) -> Iterator[int]:
    behind = Behind(f"http://127.0.0.1:{api_port}/v1", f"http://127.0.0.1:{api_port}/media-bucket", [BUCKET], BUCKET)
    yield from serving(Server(0, site, behind))


@pytest.fixture
def browser(port: int) -> Iterator[Browser]:
    Api.asked.clear()
    with asking(port) as made:
        yield made


# Files.


@pytest.mark.parametrize("path", ["/", "/jobs", "/deals/01ABC/paid?reference=x.y", "/api", "/media", "/assets"])
def test_a_link_into_the_app_is_answered_with_the_page(browser: Browser, path: str) -> None:
    found = browser(path)
    assert (found.status, found.body) == (200, PAGE)
    assert found.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/none.js",
        "/assets/none",
        "/none.js",
        "/jobs/none.png",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/assets/app-1.js.br",
    ],
)
def test_a_missing_file_is_404_and_not_the_page(browser: Browser, path: str) -> None:
    found = browser(path)
    assert found.status == 404
    assert found.body not in (PAGE, b"outside")


def test_hashed_files_are_kept_for_ever_and_the_service_worker_is_checked_each_time(browser: Browser) -> None:
    assert browser("/assets/app-1.js").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert browser("/sw.js").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepts", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("br;q=0, gzip", "gzip", b"gzip"),
        ("", None, SCRIPT),
    ],
)
def test_a_file_comes_in_the_best_encoding_that_the_browser_takes(
    browser: Browser, accepts: str, encoding: str | None, body: bytes
) -> None:
    found = browser("/assets/app-1.js", Accept_Encoding=accepts)
    assert (found.headers["Content-Encoding"], found.body) == (encoding, body)
    assert found.headers["Vary"] == "Accept-Encoding"
    assert found.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_a_file_that_the_browser_has_is_not_sent_again(browser: Browser) -> None:
    etag = browser("/").headers["ETag"]
    again = browser("/", If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert browser("/", If_None_Match='"other"').status == 200


def test_a_file_takes_no_writes(browser: Browser) -> None:
    found = browser("/jobs", "POST", b"{}")
    assert (found.status, found.headers["Allow"]) == (405, "GET, HEAD")


def test_where_nothing_was_built_the_answer_says_where_the_rest_is(api_port: int, tmp_path: Path) -> None:
    behind = Behind(f"http://127.0.0.1:{api_port}/v1", BUCKET, [BUCKET], BUCKET)
    for port in serving(Server(0, tmp_path, behind)):
        with asking(port) as browser:
            found = browser("/")
        assert found.status == 404
        assert b"/demo" in found.body


# What is passed on.


def test_a_request_to_the_api_loses_its_prefix_and_nothing_else(browser: Browser) -> None:
    sent = {"Idempotency_Key": "key-1", "Authorization": "Bearer token", "Cookie": "khaya_refresh=one"}
    browser("/api/jobs?limit=5&place=uMhlanga%20Rocks", "POST", b'{"title": "Tap"}', **sent)
    ((method, path, received, body),) = Api.asked
    assert (method, path, body) == ("POST", "/v1/jobs?limit=5&place=uMhlanga%20Rocks", b'{"title": "Tap"}')
    for name, value in sent.items():
        assert received[name.replace("_", "-")] == value


def test_an_answer_of_the_api_keeps_its_headers(browser: Browser) -> None:
    found = browser("/api/jobs")
    assert found.headers.get_all("Set-Cookie") == [*COOKIES]
    assert (found.headers["Date"], found.headers["ETag"], found.headers["Retry-After"]) == (
        "Sat, 21 Nov 2026 08:00:00 GMT",
        '"7"',
        "5",
    )
    assert json.loads(found.body) == LONG
    assert browser("/api/jobs", If_None_Match='"7"').status == 304


@pytest.mark.parametrize("status", [204, 401, 404, 409, 429, 503])
def test_an_answer_keeps_its_status_and_is_never_the_page(browser: Browser, status: int) -> None:
    found = browser(f"/api/answers/{status}")
    assert found.status == status
    assert found.body != PAGE


def test_a_long_answer_is_compressed_as_api_gateway_does_it(browser: Browser) -> None:
    found = browser("/api/jobs", Accept_Encoding="gzip, br")
    assert found.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(found.body)) == LONG
    assert len(found.body) == int(found.headers["Content-Length"]) < 500


def test_one_connection_serves_many_requests_of_all_kinds(browser: Browser) -> None:
    for path, method in (
        ("/api/jobs", "HEAD"),
        ("/", "HEAD"),
        ("/api/x/204", "DELETE"),
        ("/api/jobs", "GET"),
        ("/", "GET"),
    ):
        first = browser.connection.sock
        browser(path, method, Accept_Encoding="gzip")
        assert browser.connection.sock is not None, f"{method} {path} closed the connection"
        assert first in (None, browser.connection.sock)


def test_the_client_cannot_choose_its_address(browser: Browser) -> None:
    browser("/api/jobs", X_Forwarded_For="203.0.113.9", X_Khaya_Viewer="203.0.113.9", X_Khaya_Edge="guess")
    received = Api.asked[0][2]
    assert received.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert received["X-Khaya-Viewer"] is received["X-Khaya-Edge"] is None


def test_share_pages_come_from_the_api_under_their_own_path(browser: Browser) -> None:
    found = browser("/s/jobs/01ABC?language=zu")
    assert Api.asked[0][1] == "/v1/s/jobs/01ABC?language=zu"
    assert found.headers["Content-Security-Policy"] == "default-src 'self'", "the page has a policy of its own"
    assert browser("/s/jobs/01ABC", "POST", b"{}").status == 405


def test_public_pictures_come_from_the_bucket_and_cannot_act_as_a_page(browser: Browser) -> None:
    found = browser("/media/abc/480.webp")
    assert Api.asked[0][1] == "/media-bucket/media/abc/480.webp"
    assert found.headers["Content-Type"] == "image/webp"
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"Content_Length": "99999999"}, 413), ({"Content_Length": "many"}, 400), ({"Transfer_Encoding": "chunked"}, 411)],
)
def test_a_body_that_is_too_large_or_of_unknown_length_is_not_passed_on(
    browser: Browser, sent: dict[str, str], status: int
) -> None:
    assert browser("/api/jobs", "POST", b"", **sent).status == status
    assert Api.asked == []


def test_given_an_api_that_breaks_off_or_is_not_there_then_the_answer_is_502(browser: Browser, site: Path) -> None:
    assert browser("/api/breaks-off").status == HTTPStatus.BAD_GATEWAY
    for port in serving(Server(0, site, Behind("http://127.0.0.1:1/v1", BUCKET, [BUCKET], BUCKET))):
        with asking(port) as other:
            assert other("/api/jobs").status == HTTPStatus.BAD_GATEWAY


# What browsers obey.


def policy_of(name: str) -> dict[str, str]:
    """The headers of a response headers policy of CloudFront."""
    found: dict[str, Any] = read("infra/frontend.yaml")["Resources"][name]["Properties"]["ResponseHeadersPolicyConfig"]
    security = found["SecurityHeadersConfig"]
    content = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    text = content["Fn::Sub"][0].replace("https://${Media}", BUCKET) if isinstance(content, dict) else content
    more = {one["Header"]: one["Value"] for one in found.get("CustomHeadersConfig", {}).get("Items", [])}
    return {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Content-Security-Policy": text,
        **more,
    }


@pytest.mark.parametrize(
    ("policy", "path"), [("PageHeaders", "/"), ("PageHeaders", "/assets/none.js"), ("ApiHeaders", "/api/jobs")]
)
def test_an_answer_has_the_security_headers_that_cloudfront_sets(browser: Browser, policy: str, path: str) -> None:
    found = browser(path).headers
    for name, value in policy_of(policy).items():
        assert found.get_all(name) == [value]
    assert "Strict-Transport-Security" not in found, "without TLS it would lock other programs of localhost out"


def test_pictures_have_the_security_headers_that_cloudfront_sets() -> None:
    assert policy_of("MediaHeaders") == headers.MEDIA


# The people of the demo.


def test_a_person_of_the_demo_is_signed_in_at_the_api_and_led_to_the_app_with_its_cookie(browser: Browser) -> None:
    found = browser("/demo/sign-in", "POST", urlencode({"phone": THANDI.phone}).encode(), Host="localhost:4568")
    ((_, path, _, body),) = Api.asked
    assert path == "/v1/auth/tokens"
    assert json.loads(body) == {"username": THANDI.phone, "password": DEMO_PASSWORD, "cookie": True}
    assert (found.status, found.headers["Location"]) == (303, "/signed-in")
    assert found.headers["Set-Cookie"] == COOKIES[0]


@pytest.mark.parametrize(
    "sent", [{"Sec_Fetch_Site": "cross-site"}, {"Host": "rebound.example:4568"}, {"Sec_Fetch_Site": "same-site"}]
)
def test_a_form_of_another_site_signs_nobody_in(browser: Browser, sent: dict[str, str]) -> None:
    body = urlencode({"phone": THANDI.phone}).encode()
    assert browser("/demo/sign-in", "POST", body, **{"Host": "localhost:4568", **sent}).status == 403
    assert Api.asked == []


def test_nobody_outside_of_the_demo_is_signed_in(browser: Browser) -> None:
    assert browser("/demo/sign-in", "POST", urlencode({"phone": "+27829999999"}).encode()).status == 404
    assert Api.asked == []


# A new build in the place of the one before.


def test_given_a_new_build_then_the_hashed_files_of_the_one_before_stay_for_thirty_days(tmp_path: Path) -> None:
    builds, site = (tmp_path / "1", tmp_path / "2"), tmp_path / "site"
    for number, build in enumerate(builds):
        (build / "assets").mkdir(parents=True)
        (build / "index.html").write_text(str(number))
        (build / "assets" / f"app-{number}.js").write_text(str(number))
        (build / f"only-{number}.txt").write_text(str(number))
    written = (builds[0] / "assets" / "app-0.js").stat().st_mtime
    # when the second follows the first
    lay_out(builds[0], site, written)
    lay_out(builds[1], site, written + KEEP_SECONDS - 60)
    # then
    assert (site / "index.html").read_text() == "1"
    assert (site / "assets" / "app-0.js").exists()
    assert not (site / "only-0.txt").exists()
    # when it is laid out again after that time
    lay_out(builds[1], site, written + KEEP_SECONDS + 60)
    assert [path.name for path in (site / "assets").iterdir()] == ["app-1.js"]
