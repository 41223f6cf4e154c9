"""The media bucket: forms for uploads, the files in it, and links to them.

Large files are written in parts, with constant memory.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

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


def beginning(key: str, count: int) -> Beginning | None:
    """The first `count` bytes of the latest version of a file; None where there is none.

    Raises:
        Unavailable: S3 cannot be reached.
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
        Unavailable: S3 cannot be reached.
    """
    tags = {"TagSet": [{"Key": STATE_TAG, "Value": HANDED_IN}]}
    _call("put_object_tagging", Key=key, VersionId=version_id, Tagging=tags)


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


def read_version(key: str, version_id: str) -> bytes | None:
    """One version of a file; None where it is gone.

    Raises:
        Unavailable: S3 cannot be reached.
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


def put(key: str, content: bytes, *, content_type: str, **headers: str) -> None:
    """Write a small file in one call; `headers` are further ones that S3 keeps, such as `CacheControl`.

    Raises:
        Unavailable: S3 cannot be reached, or refuses the write.
    """
    _call("put_object", Key=key, Body=content, ContentType=content_type, **headers)


def publish(source: str, key: str, content_type: str) -> None:
    """Copy a private file to where the CDN serves it, to be cached for a year.

    Raises:
        Unavailable: S3 cannot be reached, or has no such file.
    """
    _call(
        "copy_object",
        Key=key,
        CopySource={"Bucket": settings().media_bucket, "Key": source},
        ContentType=content_type,
        CacheControl=PUBLIC_CACHE,
        MetadataDirective="REPLACE",
    )


def link(key: str, name: str | None = None, *, download: bool = False) -> str:
    """A presigned link to a file, valid for 15 minutes.

    With `name` or `download`, a browser that opens the link saves the file instead of showing it.
    """
    parameters = {"Bucket": settings().media_bucket, "Key": key}
    if name is not None:
        parameters["ResponseContentDisposition"] = f'attachment; filename="{name}"'
    elif download:
        parameters["ResponseContentDisposition"] = "attachment"
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
    _call("delete_object", Key=key, VersionId=version)


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


def _call(operation: str, **request: Any) -> None:
    try:
        getattr(_s3(), operation)(Bucket=settings().media_bucket, **request)
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
