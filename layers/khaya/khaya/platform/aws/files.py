"""Files that are too large for an answer: written in parts, so that memory stays flat, and read by a link."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base import clock
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import settings

STATEMENTS = "statements"
EXPORTS = "exports"
"""The folders of statements and exports; what is in them is gone after a day (see the bucket's lifecycle)."""
LINK_SECONDS = 15 * 60
PART_BYTES = 5 * 1024 * 1024
"""The least that S3 takes as a part, but for the last."""


def write(key: str, pieces: Iterable[bytes], *, content_type: str) -> None:
    """Write a file of any length; at no time is more than a part of it in memory.

    Raises:
        Unavailable: the bucket cannot be reached, or takes nothing at the moment.
    """
    place = {"Bucket": settings().media_bucket, "Key": key}
    try:
        upload = {**place, "UploadId": _s3().create_multipart_upload(**place, ContentType=content_type)["UploadId"]}
        try:
            parts = []
            for number, part in enumerate(_parts(pieces), 1):
                answer = _s3().upload_part(**upload, PartNumber=number, Body=part)
                parts.append({"ETag": answer["ETag"], "PartNumber": number})
            _s3().complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except BaseException:
            _s3().abort_multipart_upload(**upload)
            raise
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def link(key: str, name: str) -> str:
    """A link by which anybody who has it may download the file under `name` for the next quarter of an hour."""
    parameters = {
        "Bucket": settings().media_bucket,
        "Key": key,
        "ResponseContentDisposition": f'attachment; filename="{name}"',
    }
    url: str = _s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS)
    return url


def listed(folder: str) -> Iterator[dict[str, Any]]:
    """The files in a folder, however many: `key`, `sizeBytes` and `at`.

    Raises:
        Unavailable: the bucket cannot be reached.
    """
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=settings().media_bucket, Prefix=folder)
    try:
        for page in pages:
            for one in page.get("Contents", []):
                yield {"key": one["Key"], "sizeBytes": one["Size"], "at": clock.iso(one["LastModified"])}
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def remove(folder: str, *, but: Collection[str] = ()) -> Iterator[int]:
    """Remove what is in a folder, all versions of it, `but` some; tells after each batch how many that were.

    Raises:
        Unavailable: the bucket cannot be reached, or did not remove all.
    """
    bucket = settings().media_bucket
    pages = _s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=folder)
    try:
        for page in pages:
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            gone = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found if one["Key"] not in but]
            if gone:
                answer = _s3().delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
                if answer.get("Errors"):
                    raise Unavailable
                yield len(gone)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for piece in pieces:
        part += piece
        if len(part) >= PART_BYTES:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)


@lru_cache(maxsize=1)
def _s3() -> Any:
    """The S3 client, made when the first file is written: few requests write one, and it is slow to make.

    With virtual addressing, links name the bucket's own region, which the newer regions insist on.
    """
    return clients.client("s3", s3={"addressing_style": "virtual"})
