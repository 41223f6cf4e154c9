"""Offering uploads, and checking those that are handed in.

A use case that takes upload keys makes a `HandIn` of them, reads their items together with its own, calls
`check_hand_in`, and adds `hand_in_writes` to its unit of work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from khaya.platform.aws import files
from khaya.platform.base import clock
from khaya.platform.base.errors import FieldProblem, Invalid
from khaya.platform.base.models import Item
from khaya.platform.data.unit_of_work import Key, UnitOfWork, Write
from khaya.platform.work.parallel import in_parallel
from khaya.uploads import store
from khaya.uploads.model import (
    FIRST_BYTES,
    LARGEST_BYTES,
    HandIn,
    Resource,
    Upload,
    UploadForm,
    UploadRequest,
    matches_type,
    new_upload,
)

_AT_ONCE = 8


@dataclass(frozen=True)
class HandedIn:
    """An upload that was checked, and the version of it that was."""

    upload: Upload
    version_id: str


def offer(request: UploadRequest, *, user_id: str, now: str, unit_of_work: UnitOfWork, field: str = "") -> UploadForm:
    """A form by which the person may upload one file; `field` is the path of the request in the body.

    Raises:
        Invalid: files of this type are not taken for this purpose.
    """
    upload = new_upload(request, user_id=user_id, now=now, field=field)
    unit_of_work.add(store.create(upload))
    url, fields = files.form(upload.key, upload.content_type, LARGEST_BYTES)
    expires_at = clock.plus(now, seconds=files.FORM_SECONDS)
    return UploadForm(key=upload.key, url=url, fields=fields, expires_at=expires_at)


def keys(upload_keys: Iterable[str]) -> list[Key]:
    """Where the items of uploads are stored, for a read together with the use case's own."""
    return [store.key(key) for key in upload_keys]


def check_hand_in(hand_in: HandIn, items: Iterable[Item | None], now: str) -> list[HandedIn]:
    """The uploads handed in, each with the version of the file that was checked.

    Of an upload that is handed in for the first time, the first bytes of the file are read, and the version they belong
    to is exempted from the bucket's lifecycle; later hand-ins keep that version. `items` are those found under `keys`.

    Raises:
        Invalid: one is not the person's, was made for another purpose, was never uploaded, or is of another type.
        Unavailable: the bucket cannot be reached.
    """
    if not hand_in.fields:
        return []
    uploads = hand_in.uploads({item["key"]: item for item in items if item}, now)
    offered = [upload for upload in uploads if upload.state == "offered"]
    beginnings = in_parallel(lambda upload: files.beginning(upload.key, FIRST_BYTES), offered, _AT_ONCE)
    wrong: list[FieldProblem] = []
    versions: dict[str, str] = {}
    for upload, file in zip(offered, beginnings, strict=True):
        if file is None:
            wrong.append(FieldProblem(hand_in.fields[upload.key], "was not uploaded", "not_uploaded"))
        elif file.size > LARGEST_BYTES or not matches_type(file.first_bytes, upload.content_type):
            problem = (f"holds no {upload.content_type}", "wrong_file_type", {"expected": upload.content_type})
            wrong.append(FieldProblem(hand_in.fields[upload.key], *problem))
        else:
            versions[upload.key] = file.version_id
    if wrong:
        raise Invalid(wrong)
    in_parallel(lambda one: files.mark_handed_in(*one), versions.items(), _AT_ONCE)
    return [HandedIn(upload, versions.get(upload.key) or upload.version_id or "") for upload in uploads]


def hand_in_writes(handed_in: Sequence[HandedIn], resource: Resource, object_id: str, field: str) -> list[Write]:
    """The writes that pin the uploads, for the transaction that stores the object which shows them."""
    return [store.hand_in(one.upload, one.version_id, f"{resource}/{object_id}/{field}") for one in handed_in]
