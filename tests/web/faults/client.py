"""Every write that the client's source can make."""

from __future__ import annotations

import re

from tests.support.template import ROOT

_SOURCES = ROOT / "web" / "src"
_CALL = re.compile(r'api\.(POST|PUT|PATCH|DELETE)\(\s*"([^"]+)"')
_FETCH = re.compile(r'post\("/api(/[^"]+)"')
_METHODS = re.compile(r'"(POST|PUT|PATCH|DELETE)"')
_PATH = re.compile(r'\b(?:path: |const path = )(?:`([^`]+)`|"(/[^"]+)")')
_QUEUED = re.compile(r"\b(?:sending\.send|submit)\(\{")
_HOLE = re.compile(r"\$?\{[^}]+\}")


def writes() -> set[str]:
    """Method and path of each, with `{}` for what differs: the calls of the API, and what goes to the outbox."""
    found: set[str] = set()
    for file in _SOURCES.rglob("*.ts*"):
        if file.name in ("schema.d.ts", "outbox.ts", "useSending.ts"):
            continue
        source = file.read_text()
        found |= {_route(method, path) for method, path in _CALL.findall(source)}
        found |= {_route("POST", path) for path in _FETCH.findall(source)}
        if _QUEUED.search(source):
            found |= _queued(source, str(file))
    return found


def _queued(source: str, name: str) -> set[str]:
    """What a screen gives to the outbox: each of its methods, at the one path that it names."""
    paths = {_HOLE.sub("{}", one or other) for one, other in _PATH.findall(source)}
    methods = set(_METHODS.findall(source))
    assert len(paths) == 1, f"{name} gives the outbox {len(paths)} paths, and this file reads one"
    assert methods, f"{name} gives the outbox no method that this file reads"
    return {_route(method, path) for method in methods for path in paths}


def _route(method: str, path: str) -> str:
    return f"{method} {_HOLE.sub('{}', path)}"
