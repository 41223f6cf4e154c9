"""Compares `If-Match` with an object's version (RFC 9110, strong comparison)."""

from __future__ import annotations

import re

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_TAGS = re.compile(_TAG)


def matches(if_match: str, version: int) -> bool:
    """Whether the value of `If-Match` names the version. A weak tag or a malformed value matches nothing."""
    if if_match.strip(" \t") == "*":
        return True
    if not _LIST.fullmatch(if_match):
        return False
    return f'"{version}"' in _TAGS.findall(if_match)
