"""The files of a build of the web client: which of them are served, as what, and for how long browsers keep them."""

from __future__ import annotations

from pathlib import Path

from operations.refused import Refused

PAGE = "index.html"
HASHED = "assets/"
"""The folder of files whose names hold a hash of their content."""
IMMUTABLE = "public, max-age=31536000, immutable"
CHECKED_EACH_TIME = "no-cache"
COMPRESSED = {".br": "br", ".gz": "gzip"}
"""Compressed copies that a build may have beside a file, with their encodings. CloudFront compresses by itself."""
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".xml": "application/xml",
}


def build_files(build: Path) -> dict[str, Path]:
    """The files of a build by their keys, in the order in which they are uploaded.

    Compressed copies, and what stands in a hidden folder, are left out.

    Raises:
        Refused: there is no page, or a file whose type is not known.
    """
    if not (build / PAGE).is_file():
        raise Refused(f"{build} has no {PAGE}. Build the web client, or name the folder with --build.")
    paths = {path.relative_to(build): path for path in sorted(build.rglob("*")) if path.is_file()}
    found = {key.as_posix(): path for key, path in paths.items() if not _is_left_out(key)}
    unknown = [key for key in found if Path(key).suffix not in TYPES]
    if unknown:
        raise Refused(f"The type of {', '.join(unknown)} is not known. Add it to operations/web_files.py.")
    return dict(sorted(found.items(), key=lambda one: _turn(one[0])))


def cache_control(key: str) -> str:
    """How long browsers keep a file without asking again."""
    return IMMUTABLE if key.startswith(HASHED) else CHECKED_EACH_TIME


def _is_left_out(key: Path) -> bool:
    return key.suffix in COMPRESSED or any(part.startswith(".") for part in key.parts)


def _turn(key: str) -> int:
    """Hashed files come first, then others, then what loads them."""
    return 0 if key.startswith(HASHED) else 2 if key == PAGE else 1
