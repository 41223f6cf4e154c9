"""The media bucket: forms for uploads, the files in it, and links to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import settings

LINK_SECONDS: Final = 15 * 60
FORM_SECONDS: Final = 5 * 60

STATE_TAG: Final = "state"
OFFERED: Final = "offered"
"""The tag of an upload that was not handed in. The bucket's lifecycle removes what carries it after a day."""
HANDED_IN: Final = "handed-in"

PRIVATE_CACHE: Final = f"private, max-age={LINK_SECONDS}"
PUBLIC_CACHE: Final = "public, max-age=31536000, immutable"

_OFFERED_XML = f"<Tagging><TagSet><Tag><Key>{STATE_TAG}</Key><Value>{OFFERED}</Value></Tag></TagSet></Tagging>"
_MISSING = {"NoSuchKey", "NoSuchVersion", "404", "AccessDenied", "403"}
"""Without `s3:ListBucket`, which no function behind the API has, S3 answers 403 for a key that is not there."""
_EMPTY = "InvalidRange"


@dataclass(frozen=True)
class Beginning:
    """The first bytes of a file, and which version of it they belong to."""

    version_id: str
    first_bytes: bytes
    size: int


def form(key: str, content_type: str, largest_bytes: int) -> tuple[str, dict[str, str]]:
    """The address and the fields of a form that puts one file under `key`: of this type, not empty, not too large.

    It works for five minutes, any number of times. Each file it puts carries the tag `state=offered`.
    """
    signed = _s3().generate_presigned_post(
        settings().media_bucket,
        key,
        Fields={"Content-Type": content_type, "tagging": _OFFERED_XML},
        Conditions=[
            {"Content-Type": content_type},
            {"tagging": _OFFERED_XML},
            ["content-length-range", 1, largest_bytes],
        ],
        ExpiresIn=FORM_SECONDS,
    )
    return signed["url"], signed["fields"]


def link(key: str, *, download: bool = False) -> str:
    """A link by which anybody who has it may read the file for the next quarter of an hour.

    With `download`, a browser that opens the link saves the file instead of showing it; a picture in a page is shown.
    """
    parameters = {"Bucket": settings().media_bucket, "Key": key}
    if download:
        parameters["ResponseContentDisposition"] = "attachment"
    url: str = _s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS)
    return url


def beginning(key: str, count: int) -> Beginning | None:
    """The first `count` bytes of the latest version of a file; None where there is none.

    Raises:
        Unavailable: the bucket cannot be reached.
    """
    try:
        answer = _s3().get_object(Bucket=settings().media_bucket, Key=key, Range=f"bytes=0-{count - 1}")
        first_bytes = answer["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING | {_EMPTY}:
            return None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    size = int(answer.get("ContentRange", f"/{len(first_bytes)}").rpartition("/")[2])
    return Beginning(answer.get("VersionId", "null"), first_bytes, size)


def mark_handed_in(key: str, version_id: str) -> None:
    """Exempt one version of an upload from the bucket's lifecycle.

    Raises:
        Unavailable: the bucket cannot be reached.
    """
    tags = {"TagSet": [{"Key": STATE_TAG, "Value": HANDED_IN}]}
    _call("put_object_tagging", Key=key, VersionId=version_id, Tagging=tags)


def read(key: str, version_id: str) -> bytes | None:
    """One version of a file; None where it is gone.

    Raises:
        Unavailable: the bucket cannot be reached.
    """
    try:
        answer = _s3().get_object(Bucket=settings().media_bucket, Key=key, VersionId=version_id)
        body: bytes = answer["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchVersion"):
            return None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    return body


def write(key: str, body: bytes, content_type: str) -> None:
    """Write a private file.

    Raises:
        Unavailable: the bucket cannot be reached.
    """
    _call("put_object", Key=key, Body=body, ContentType=content_type, CacheControl=PRIVATE_CACHE)


def publish(source: str, key: str, content_type: str) -> None:
    """Copy a private file to where the CDN serves it, to be cached for a year.

    Raises:
        Unavailable: the bucket cannot be reached, or has no such file.
    """
    _call(
        "copy_object",
        Key=key,
        CopySource={"Bucket": settings().media_bucket, "Key": source},
        ContentType=content_type,
        CacheControl=PUBLIC_CACHE,
        MetadataDirective="REPLACE",
    )


def _call(operation: str, **request: Any) -> None:
    try:
        getattr(_s3(), operation)(Bucket=settings().media_bucket, **request)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def _s3() -> Any:
    """The S3 client, made when the first link is: most answers have none, and it is slow to make.

    With virtual addressing, links name the bucket's own region, which the newer regions insist on.
    """
    return clients.client("s3", s3_addressing="virtual")
