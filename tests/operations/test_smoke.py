"""What the smoke journey finds, against an API over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from operations.smoke import failures

WORKING: dict[str, tuple[int, Any]] = {
    "/health": (200, {"status": "ok", "release": "a1"}),
    "/jobs": (200, {"items": []}),
    "/listings": (200, {"items": []}),
    "/stories": (200, {"items": []}),
    "/profiles/me": (401, {}),
    "/openapi.json": (200, {"paths": {}}),
    "/auth/tokens": (401, {"code": "wrong_password"}),
}


class Server(ThreadingHTTPServer):
    """An API whose answers are set."""

    answers: dict[str, list[tuple[int, Any]]]


class Handler(BaseHTTPRequestHandler):
    """Gives the next answer of the path; the last one again and again."""

    server: Server

    def do_GET(self) -> None:
        answers = self.server.answers[self.path]
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *_: Any) -> None:
        """Writes nothing."""


@pytest.fixture
def api() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.answers = {path: [answer] for path, answer in WORKING.items()}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def found(api: Server, release: str = "a1", *, maintenance: bool = False) -> list[str]:
    return failures(f"http://127.0.0.1:{api.server_port}", release, maintenance=maintenance, wait=0)


def test_given_an_api_that_works_then_nothing_is_found(api: Server) -> None:
    assert found(api) == []


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/health", (503, {"code": "unavailable"})),
        ("/health", (200, {"status": "ok", "release": "b2"})),
        ("/jobs", (500, {})),
        ("/listings", (200, "a text")),
        ("/stories", (403, {"message": "Missing Authentication Token"})),
        ("/profiles/me", (200, {"userId": "somebody"})),
        ("/openapi.json", (404, {})),
        ("/auth/tokens", (200, {"accessToken": "of somebody"})),
        ("/auth/tokens", (503, {"code": "unavailable"})),
        ("/auth/tokens", (401, {"message": "Unauthorized"})),
    ],
)
def test_given_a_route_that_does_not_work_then_it_is_named(api: Server, path: str, answer: tuple[int, Any]) -> None:
    api.answers[path] = [answer]
    [failure] = found(api)
    assert path in failure


def test_given_a_route_that_fails_once_then_nothing_is_found(api: Server) -> None:
    api.answers["/jobs"] = [(502, {}), (200, {"items": []})]
    assert found(api) == []


def test_given_maintenance_then_the_sign_in_must_be_refused_as_a_write(api: Server) -> None:
    [failure] = found(api, maintenance=True)
    assert "/auth/tokens" in failure
    api.answers["/auth/tokens"] = [(503, {"code": "unavailable"})]
    assert found(api, maintenance=True) == []


def test_given_no_api_then_every_step_fails() -> None:
    assert len(failures("http://127.0.0.1:9", "a1", wait=0)) == len(WORKING)
