"""The id of a release: a hash of everything that the functions of an environment run with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

SOURCES = ("functions", "layers", "template.yaml")
OWN_PARAMETER = "ReleaseId"


def release_id(root: Path, parameters: Mapping[str, str]) -> str:
    """A hash of code, layers, template and parameters: 32 hexadecimal digits.

    It is the template's parameter `ReleaseId`. SAM publishes a version of each function when it changes.

    Args:
        root: the folder of `template.yaml`.
        parameters: the values of the template's parameters that differ from the defaults; `ReleaseId` is left out.
    """
    digest = hashlib.sha256()
    for path in _files(root):
        _add(digest, path.relative_to(root).as_posix().encode(), path.read_bytes())
    for name, value in sorted(parameters.items()):
        if name != OWN_PARAMETER:
            _add(digest, name.encode(), value.encode())
    return digest.hexdigest()[:32]


def derived_id(parameters: Mapping[str, str]) -> str:
    """The id of a release that is deployed again with other parameters; `parameters` holds its former id."""
    digest = hashlib.sha256()
    for name, value in sorted(parameters.items()):
        _add(digest, name.encode(), value.encode())
    return digest.hexdigest()[:32]


def _files(root: Path) -> Iterator[Path]:
    for source in SOURCES:
        path = root / source
        yield from (path,) if path.is_file() else sorted(one for one in path.rglob("*") if _is_deployed(one))


def _is_deployed(path: Path) -> bool:
    """Whether a build reads the file. Bytecode differs from machine to machine."""
    return path.is_file() and "__pycache__" not in path.parts


def _add(digest: hashlib._Hash, *parts: bytes) -> None:
    """Add parts with their lengths, so that no two lists of parts give the same bytes."""
    for part in parts:
        digest.update(f"{len(part)}:".encode() + part)
