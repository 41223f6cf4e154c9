"""The files that the server gives out, read once into memory, and the rules by which a path is one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

from operations.web_files import COMPRESSED, HASHED, PAGE, TYPES, build_files, cache_control

NOTHING_BUILT = b"This checkout has no web client. The demo people are at /demo, the API at /api.\n"


@dataclass(frozen=True)
class Answer:
    """An answer in full."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class File:
    """A file with its compressed copies, by their encoding."""

    content: bytes
    copies: Mapping[str, bytes]
    content_type: str
    cache_control: str
    etag: str


class Site:
    """A build of the web client; empty where there is none."""

    def __init__(self, folder: Path) -> None:
        found = build_files(folder) if (folder / PAGE).is_file() else {}
        self._files = {key: _read(key, path) for key, path in found.items()}

    def answer(self, path: str, accepts: str, known: str) -> Answer:
        """The answer to a GET.

        Args:
            path: the path, as the browser sent it.
            accepts: the header `Accept-Encoding`.
            known: the header `If-None-Match`.
        """
        file = self._files.get(self._key(unquote(path)))
        if file is None:
            body = NOTHING_BUILT if not self._files else b"There is no such file.\n"
            return Answer(HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"}, body)
        headers = {"ETag": file.etag, "Cache-Control": file.cache_control, "Vary": "Accept-Encoding"}
        if _is_known(file.etag, known):
            return Answer(HTTPStatus.NOT_MODIFIED, headers)
        headers["Content-Type"] = file.content_type
        for encoding, copy in file.copies.items():
            if encoding in accepted(accepts):
                return Answer(HTTPStatus.OK, {**headers, "Content-Encoding": encoding}, copy)
        return Answer(HTTPStatus.OK, headers, file.content)

    def _key(self, path: str) -> str:
        """The file of a path: for a link into the app its page, as by CloudFront's function (infra/frontend.yaml)."""
        key = path.removeprefix("/")
        is_link = "." not in key.rpartition("/")[2] and not key.startswith(HASHED)
        return PAGE if is_link else key


def accepted(header: str) -> set[str]:
    """The encodings of an `Accept-Encoding`; what is named with q=0 is refused."""
    named = (one.strip().lower().partition(";") for one in header.split(","))
    return {name.strip() for name, _, weight in named if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00")}


def _is_known(etag: str, known: str) -> bool:
    named = {one.strip().removeprefix("W/") for one in known.split(",")}
    return known.strip() == "*" or etag.removeprefix("W/") in named


def _read(key: str, path: Path) -> File:
    content = path.read_bytes()
    beside = {encoding: path.with_name(path.name + suffix) for suffix, encoding in COMPRESSED.items()}
    copies = {encoding: copy.read_bytes() for encoding, copy in beside.items() if copy.is_file()}
    # Weak, because the same tag stands for each encoding.
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:20]}"'
    return File(content, copies, TYPES[path.suffix], cache_control(key), etag)
