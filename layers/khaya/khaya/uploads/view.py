"""Uploaded pictures as the API shows them."""

from __future__ import annotations

from khaya.platform.aws.media import link
from khaya.platform.base.models import Model


class Picture(Model):
    """A picture with a short-lived link."""

    url: str


def pictures(keys: list[str]) -> list[Picture]:
    """The views of the pictures with these keys."""
    return [Picture(url=link(key)) for key in keys]
