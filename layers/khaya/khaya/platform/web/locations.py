"""Relative references for `Location`, which are valid under any prefix of the API's address."""

from __future__ import annotations

from posixpath import relpath


def relative_reference(target: str, path: str) -> str:
    """The relative reference (RFC 3986) that resolves to `target` against the address of a request to `path`.

    Both are paths from the API's root. The stage or another prefix before them does not matter.
    """
    folder = path[: path.rindex("/") + 1] or "/"
    parent, name = target.rsplit("/", 1)
    reference = f"{relpath(parent or '/', folder)}/{name}".removeprefix("./")
    return f"./{reference}" if ":" in reference.split("/")[0] else reference
