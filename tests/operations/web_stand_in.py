"""A server in the API's place, and the stack of the web client as the AWS stand-in can serve it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from tests.support.template import read

MEDIA = "khaya-media-dev-1"
"""The media bucket of the application."""


class Api(BaseHTTPRequestHandler):
    """Answers as the API might: `/dev/<anything>/<status>` with that status, and what it was asked."""

    seen: ClassVar[list[dict[str, str]]] = []

    def _answer(self) -> None:
        self.seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        last = self.path.rsplit("/", 1)[-1]
        body = json.dumps({"path": self.path}).encode()
        self.send_response(int(last) if last.isdigit() else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - names that the server looks for

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def in_the_apis_place() -> Iterator[int]:
    """Run the server; gives its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def for_the_stand_in(port: int) -> dict[str, Any]:
    """The template with the server in the API's place, and a bucket that may be read without TLS."""
    template = deepcopy(read("infra/frontend.yaml"))
    policy = template["Resources"]["WebBucketPolicy"]["Properties"]["PolicyDocument"]
    policy["Statement"] = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    (origin,) = [
        one
        for one in template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
        if one["Id"] == "api"
    ]
    origin["DomainName"] = "127.0.0.1"
    origin["CustomOriginConfig"] = {"OriginProtocolPolicy": "http-only", "HTTPPort": port}
    return template


def of_application() -> dict[str, str]:
    """What the stack takes from the application."""
    return {"ApiUrl": "https://abc.execute-api.af-south-1.amazonaws.com/dev", "MediaBucketName": MEDIA}
