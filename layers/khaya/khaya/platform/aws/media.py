"""Presigned upload forms and download links of the media bucket."""

from __future__ import annotations

from typing import Any

from khaya.platform.aws import clients
from khaya.platform.base.settings import settings

LINK_SECONDS = 15 * 60
FORM_SECONDS = 5 * 60


def form(key: str, content_type: str, largest_bytes: int) -> tuple[str, dict[str, str]]:
    """The URL and fields of a presigned POST for one file of this type and at most this size, valid for 5 minutes.

    The file's content is not checked.
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
    """A presigned link to an upload, valid for 15 minutes."""
    parameters = {"Bucket": settings().media_bucket, "Key": key}
    url: str = _s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS)
    return url


def _s3() -> Any:
    """The S3 client, made on first use, because it is slow to make and most requests need no link.

    Virtual addressing puts the bucket's region into links, which newer regions require.
    """
    return clients.client("s3", s3_addressing="virtual")
