"""Uploaded pictures as the API shows them."""

from __future__ import annotations

from khaya.platform.aws.media import link
from khaya.platform.base.models import Model


class Picture(Model):
    """A picture, with a link that works for a short time."""

    url: str


def pictures(keys: list[str]) -> list[Picture]:
    """The uploads under `keys`, as answers show them."""
    return [Picture(url=link(key)) for key in keys]
