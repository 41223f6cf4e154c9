"""Passes a request on to the API or the media bucket, and the answer back, piece by piece."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, InvalidURL
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from local.web.site import accepted

WITHIN = 30.0  # seconds; CloudFront waits as long
MOST_BYTES = 10 * 1024 * 1024
"""The largest body that API Gateway takes."""
COMPRESSED_FROM = 1024
"""Bytes from which an answer is compressed: the API's MinimumCompressionSize, which the AWS stand-in does not heed."""
PIECE = 64 * 1024
_TEXT = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")
_OF_THE_CONNECTION = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_WRITTEN_BY_US = {
    "host",
    "content-length",
    "expect",
    "x-forwarded-for",
    "x-khaya-edge",
    "x-khaya-viewer",
    "x-khaya-cache",
}
"""A browser that sends them itself changes nothing, as behind CloudFront."""


class Refused(Exception):
    """The request is not passed on; `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def body_of(request: BaseHTTPRequestHandler) -> bytes | None:
    """The body of a request; None if it has none.

    Raises:
        Refused: it is too large, or its length is not said.
    """
    if "Transfer-Encoding" in request.headers:
        raise Refused(HTTPStatus.LENGTH_REQUIRED)
    length = request.headers.get("Content-Length")
    if length is None:
        return None
    if not (length.isascii() and length.isdigit()):
        raise Refused(HTTPStatus.BAD_REQUEST)
    if int(length) > MOST_BYTES:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return request.rfile.read(int(length))


def forward(
    request: BaseHTTPRequestHandler,
    address: str,
    path: str,
    *,
    always: Mapping[str, str],
    unless_set: Mapping[str, str],
) -> None:
    """Pass a request on to `path` below `address`, and its answer back.

    Args:
        request: what a browser asked.
        address: where the API or the bucket is.
        path: the path there, with the query.
        always: headers that the answer gets.
        unless_set: headers that it gets if it has none of that name.

    Raises:
        Refused: nobody answers there, or the request cannot be passed on. Nothing was sent to the browser yet.
    """
    body = body_of(request)
    there = urlsplit(address)
    connection = HTTPConnection(there.hostname or "", there.port, timeout=WITHIN)
    try:
        _ask(connection, request, there.path + path, body)
        answer = connection.getresponse()
    except TimeoutError:
        raise Refused(HTTPStatus.GATEWAY_TIMEOUT) from None
    except (InvalidURL, ValueError):  # also a path that is not ASCII, and a header that breaks its line
        raise Refused(HTTPStatus.BAD_REQUEST) from None
    except (OSError, HTTPException):
        raise Refused(HTTPStatus.BAD_GATEWAY) from None
    else:
        _pass_back(request, answer, always, unless_set)
    finally:
        connection.close()


def _ask(connection: HTTPConnection, request: BaseHTTPRequestHandler, path: str, body: bytes | None) -> None:
    connection.putrequest(request.command, path, skip_accept_encoding=True)
    for name, value in request.headers.items():
        if name.lower() not in _OF_THE_CONNECTION | _WRITTEN_BY_US:
            connection.putheader(name, value)
    # The AWS stand-in takes the client's address from here.
    connection.putheader("X-Forwarded-For", str(request.client_address[0]))
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)


def _pass_back(
    request: BaseHTTPRequestHandler, answer: HTTPResponse, always: Mapping[str, str], unless_set: Mapping[str, str]
) -> None:
    replaced = {name.lower() for name in always}
    headers = [
        (name, value)
        for name, value in answer.getheaders()
        if name.lower() not in _OF_THE_CONNECTION and name.lower() not in replaced
    ]
    present = {name.lower() for name, _ in headers}
    headers += always.items()
    headers += [(name, value) for name, value in unless_set.items() if name.lower() not in present]
    if "date" not in present:
        headers.append(("Date", request.date_time_string()))
    has_body = request.command != "HEAD" and answer.status >= HTTPStatus.OK and answer.status not in (204, 304)
    if not has_body:
        _begin(request, answer, headers)
    elif _is_compressed(request, answer):
        _send_whole(request, answer, headers)
    else:
        _send_in_pieces(request, answer, headers)


def _is_compressed(request: BaseHTTPRequestHandler, answer: HTTPResponse) -> bool:
    """Whether the answer is to be compressed on its way, unless it is short."""
    return (
        answer.getheader("Content-Encoding") is None
        and (answer.getheader("Content-Type") or "").startswith(_TEXT)
        and "gzip" in accepted(request.headers.get("Accept-Encoding", ""))
    )


def _send_whole(request: BaseHTTPRequestHandler, answer: HTTPResponse, headers: list[tuple[str, str]]) -> None:
    try:
        content = answer.read()
    except (OSError, HTTPException):
        raise Refused(HTTPStatus.BAD_GATEWAY) from None
    if len(content) >= COMPRESSED_FROM:
        content = gzip.compress(content, compresslevel=6, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
    _begin(request, answer, [*headers, ("Content-Length", str(len(content)))])
    request.wfile.write(content)


def _send_in_pieces(request: BaseHTTPRequestHandler, answer: HTTPResponse, headers: list[tuple[str, str]]) -> None:
    if answer.length is None:
        headers = [*headers, ("Connection", "close")]  # its end is the end of the answer
    _begin(request, answer, headers)
    while piece := answer.read1(PIECE):
        request.wfile.write(piece)
        request.wfile.flush()
    if answer.length:
        request.close_connection = True  # the other side broke off


def _begin(request: BaseHTTPRequestHandler, answer: HTTPResponse, headers: list[tuple[str, str]]) -> None:
    request.send_response_only(answer.status, answer.reason)
    for name, value in headers:
        request.send_header(name, value)
    request.end_headers()
