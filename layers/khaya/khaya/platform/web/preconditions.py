"""Compares `If-Match` and `If-None-Match` with the current tag (RFC 9110)."""

from __future__ import annotations

import re

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_TAGS = re.compile(_TAG)


def matches(if_match: str, version: int) -> bool:
    """Whether the value of `If-Match` names the version. A weak tag or a malformed value matches nothing."""
    if if_match.strip(" \t") == "*":
        return True
    return f'"{version}"' in _tags_in(if_match)


def is_known(if_none_match: str, tag: str) -> bool:
    """Whether the value of `If-None-Match` names `tag`, by weak comparison. A malformed value names nothing."""
    if if_none_match.strip(" \t") == "*":
        return True
    return tag in [one.removeprefix("W/") for one in _tags_in(if_none_match)]


def _tags_in(value: str) -> list[str]:
    """The entity tags in a list; none if it is malformed."""
    return _TAGS.findall(value) if _LIST.fullmatch(value) else []
