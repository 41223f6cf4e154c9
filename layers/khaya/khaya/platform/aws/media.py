"""Forms for uploads to the media bucket, and links to what is in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from khaya.platform.aws import clients
from khaya.platform.base.settings import settings

LINK_SECONDS = 15 * 60
FORM_SECONDS = 5 * 60


def form(key: str, content_type: str, largest_bytes: int) -> tuple[str, dict[str, str]]:
    """The address and the fields of a form that puts one file under `key`: of this type, not empty, not too large.

    It works for five minutes. Nobody looks into the file yet.
    """
    signed = _s3().generate_presigned_post(
        settings().media_bucket,
        key,
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, largest_bytes]],
        ExpiresIn=FORM_SECONDS,
    )
    return signed["url"], signed["fields"]


def link(key: str) -> str:
    """A link by which anybody who has it may see the upload for the next quarter of an hour."""
    parameters = {"Bucket": settings().media_bucket, "Key": key}
    url: str = _s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS)
    return url


@lru_cache(maxsize=1)
def _s3() -> Any:
    """The S3 client, made when the first link is: most answers have none, and it is slow to make.

    With virtual addressing, links name the bucket's own region, which the newer regions insist on.
    """
    return clients.client("s3", s3={"addressing_style": "virtual"})
