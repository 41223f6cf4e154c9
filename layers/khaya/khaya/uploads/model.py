"""The rules of uploads: purposes, content types, sizes and keys."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from khaya.platform.base.errors import Invalid
from khaya.platform.base.fields import Whole
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel

ContentType = Literal["image/jpeg", "image/png", "image/webp", "application/pdf"]

UploadKey = Annotated[str, Field(pattern=r"^uploads/[0-9a-zA-Z-]{1,64}/[a-z]{1,20}/[0-9A-Z]{26}\.[a-z]{3,4}$")]
"""The key of an upload: `uploads/<userId>/<purpose>/<id>.<extension>`."""

Purpose = Literal["profile", "certification", "portfolio", "listing", "job", "submission", "story"]
"""The purpose of an upload."""

Photos = Annotated[list[UploadKey], Field(max_length=5)]
"""Upload keys of photos, in the order in which they are shown."""


def upload_prefix(user_id: str, purpose: Purpose) -> str:
    """The key prefix of a person's uploads for a purpose."""
    return f"uploads/{user_id}/{purpose}/"


def uploads_prefix(user_id: str) -> str:
    """The key prefix of all uploads of a person."""
    return f"uploads/{user_id}/"


LARGEST_BYTES = 5 * 1024 * 1024

_EXTENSIONS: Final[dict[ContentType, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}


def check_owner(keys: list[str], user_id: str, purpose: Purpose, field: str) -> None:
    """Check that all `keys` are uploads of the person for the purpose.

    Raises:
        Invalid: a key is not; `field` is the name of the request field.
    """
    wrong = [number for number, key in enumerate(keys) if not key.startswith(upload_prefix(user_id, purpose))]
    if wrong:
        message = f"is not an upload of yours for the purpose {purpose}"
        raise Invalid([(f"{field}.{number}" if len(keys) > 1 else field, message) for number in wrong])


class UploadRequest(RequestModel):
    """A request to upload a file."""

    purpose: Purpose
    content_type: Annotated[ContentType, Field(description="A PDF only for a certification.")]
    size_bytes: Annotated[Whole, Field(ge=1, le=LARGEST_BYTES, description="At most 5 MB.")]


class Upload(Model):
    """A form to upload one file: POST all `fields` to `url`, then the file as `file`, until `expiresAt`."""

    key: str
    url: str
    fields: dict[str, str]
    expires_at: str


def key_for(request: UploadRequest, user_id: str) -> str:
    """A new key with the person's prefix.

    Raises:
        Invalid: this content type is not allowed for this purpose.
    """
    if request.content_type == "application/pdf" and request.purpose != "certification":
        raise Invalid([("contentType", f"must be a picture (JPEG, PNG or WebP) for the purpose {request.purpose}")])
    return f"{upload_prefix(user_id, request.purpose)}{new_id()}.{_EXTENSIONS[request.content_type]}"


def content_type_of(key: str) -> ContentType:
    """The content type of an upload, from the extension of its key.

    Raises:
        ValueError: the extension is unknown.
    """
    found = key.rpartition(".")[2]
    for content_type, extension in _EXTENSIONS.items():
        if extension == found:
            return content_type
    raise ValueError("is not the key of an upload")
