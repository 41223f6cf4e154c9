"""Large files in the media bucket: written in parts with constant memory, downloaded by a presigned link."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients
from khaya.platform.base import clock
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import settings

PARKED = "parked"
"""The folder of parked stream records; the bucket's lifecycle deletes them after 25 days."""
STATEMENTS = "statements"
EXPORTS = "exports"
"""The folders of statements and exports; the bucket's lifecycle deletes their files after a day."""
CHARGEBACKS = "evidence/chargebacks"
"""The folder of the evidence about chargebacks, which is kept."""
LINK_SECONDS = 15 * 60
PART_BYTES = 5 * 1024 * 1024
"""S3's minimum size of a part, except for the last."""


def write(key: str, chunks: Iterable[bytes], *, content_type: str) -> None:
    """Write a file of any length; at most one part is in memory.

    Raises:
        Unavailable: S3 cannot be reached, or refuses the write.
    """
    target = {"Bucket": settings().media_bucket, "Key": key}
    try:
        upload = {**target, "UploadId": _s3().create_multipart_upload(**target, ContentType=content_type)["UploadId"]}
        try:
            parts = []
            for number, part in enumerate(_parts(chunks), 1):
                answer = _s3().upload_part(**upload, PartNumber=number, Body=part)
                parts.append({"ETag": answer["ETag"], "PartNumber": number})
            _s3().complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except BaseException:
            _s3().abort_multipart_upload(**upload)
            raise
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def read(key: str) -> bytes:
    """The content of a small file.

    Raises:
        Unavailable: S3 cannot be reached, or there is no such file.
    """
    try:
        content: bytes = _s3().get_object(Bucket=settings().media_bucket, Key=key)["Body"].read()
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error
    return content


def put(key: str, content: bytes, *, content_type: str) -> None:
    """Write a small file in one call.

    Raises:
        Unavailable: S3 cannot be reached, or refuses the write.
    """
    try:
        _s3().put_object(Bucket=settings().media_bucket, Key=key, Body=content, ContentType=content_type)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def link(key: str, name: str) -> str:
    """A presigned link to download a file as `name`, valid for 15 minutes."""
    parameters = {
        "Bucket": settings().media_bucket,
        "Key": key,
        "ResponseContentDisposition": f'attachment; filename="{name}"',
    }
    url: str = _s3().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS)
    return url


def list_files(folder: str) -> Iterator[dict[str, Any]]:
    """All files in a folder, each with `key`, `sizeBytes` and `at`.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=settings().media_bucket, Prefix=folder)
    try:
        for page in pages:
            for file in page.get("Contents", []):
                yield {"key": file["Key"], "sizeBytes": file["Size"], "at": clock.iso(file["LastModified"])}
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def list_versions(folder: str) -> Iterator[tuple[str, str, bool]]:
    """All versions of all files in a folder: key, version, and whether it is the present one.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    pages = _s3().get_paginator("list_object_versions").paginate(Bucket=settings().media_bucket, Prefix=folder)
    try:
        for page in pages:
            yield from ((one["Key"], one["VersionId"], one["IsLatest"]) for one in page.get("Versions", []))
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def delete_version(key: str, version: str) -> None:
    """Delete one version of a file.

    Raises:
        Unavailable: S3 cannot be reached.
    """
    try:
        _s3().delete_object(Bucket=settings().media_bucket, Key=key, VersionId=version)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def delete_folder(folder: str, *, keep: Collection[str] = ()) -> Iterator[int]:
    """Delete all versions of all files in a folder, except keys that begin with one of `keep`.

    Yields the size of each batch.

    Raises:
        Unavailable: S3 cannot be reached, or did not delete all files.
    """
    bucket = settings().media_bucket
    pages = _s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=folder)
    try:
        for page in pages:
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            kept = tuple(keep)
            objects = [
                {"Key": one["Key"], "VersionId": one["VersionId"]} for one in found if not one["Key"].startswith(kept)
            ]
            if objects:
                answer = _s3().delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
                if answer.get("Errors"):
                    raise Unavailable
                yield len(objects)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for chunk in chunks:
        part += chunk
        if len(part) >= PART_BYTES:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)


def _s3() -> Any:
    """The S3 client, made on first use, because it is slow to make and few requests need it.

    Virtual addressing puts the bucket's region into links, which newer regions require.
    """
    return clients.client("s3", s3_addressing="virtual")
