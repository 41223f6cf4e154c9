"""Uploads: whose they are by their key, and the short-lived links by which they are seen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import botocore.session

from khaya.errors import Invalid
from khaya.fields import Stored
from khaya.settings import settings

LINK_SECONDS = 15 * 60


class Picture(Stored):
    """A picture, by a link that works for a short time."""

    url: str


def pictures(keys: list[str]) -> list[Picture]:
    """The uploads under `keys`, as answers show them."""
    return [Picture(url=link(key)) for key in keys]


def check_owner(keys: list[str], user_id: str, field: str) -> None:
    """Hold that all `keys` are uploads of the person.

    Raises:
        Invalid: one is not theirs; `field` is the request's field that handed it in.
    """
    wrong = [number for number, key in enumerate(keys) if not key.startswith(f"uploads/{user_id}/")]
    if wrong:
        raise Invalid(
            [(f"{field}.{number}" if len(keys) > 1 else field, "is not an upload of yours") for number in wrong]
        )


def link(key: str) -> str:
    """A link by which anybody who has it may see the upload for the next quarter of an hour."""
    parameters = {"Bucket": settings().media_bucket, "Key": key}
    url: str = _s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS)
    return url


@lru_cache(maxsize=1)
def _s3() -> Any:
    """The S3 client, made when the first link is: most answers have none, and it is slow to make."""
    return botocore.session.get_session().create_client("s3")
