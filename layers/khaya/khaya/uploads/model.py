"""Uploads: content types by purpose, keys, and states."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from khaya.platform.base import clock
from khaya.platform.base.errors import FieldError, FieldProblem, Invalid
from khaya.platform.base.fields import Whole
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Item, Model, RequestModel, check_only_one_of, only_one_of

ContentType = Literal["image/jpeg", "image/png", "image/webp", "application/pdf"]

UploadKey = Annotated[str, Field(pattern=r"^uploads/[0-9a-zA-Z-]{1,64}/[a-z]{1,20}/[0-9A-Z]{26}\.[a-z]{3,4}$")]
"""The key of an upload: `uploads/<userId>/<purpose>/<id>.<extension>`."""

Purpose = Literal["profile", "certification", "evidence", "listing", "job", "submission", "story"]
"""The purpose of an upload."""

State = Literal["offered", "checking", "ready", "refused"]
"""`offered` until the key is handed in, `checking` until the picture is decoded, then `ready` or `refused`."""

Resource = Literal["jobs", "listings", "stories", "profiles", "escrows"]
"""The tables whose items show uploads."""

UPLOADS: Final = "uploads"
"""The folder of originals, as people uploaded them."""
PICTURES: Final = "pictures"
"""The private folder of the files that were written anew from originals."""
MEDIA: Final = "media"
"""The folder of public copies, which a CDN serves."""

WIDTHS: Final = (160, 320, 640, 1280)
"""Pixels. A file holds the picture at its width, or at the picture's own where that is less."""
DOCUMENT: Final = "document.pdf"
PREVIEW: Final = "preview.jpg"

MAX_PHOTOS: Final = 5
MAX_UPLOADS_TOGETHER: Final = 5
"""Files for which one request asks."""

LARGEST_BYTES: Final = 5 * 1024 * 1024
KEEP_HOURS: Final = 24
"""How long an upload waits to be handed in."""
FIRST_BYTES: Final = 32
"""Number of first bytes by which the type of a file is recognised."""

_EXTENSIONS: Final[dict[ContentType, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
_WITH_PUBLIC_PICTURES: Final[frozenset[Purpose]] = frozenset({"profile", "listing", "job", "story"})


def _different(keys: list[str]) -> list[str]:
    if len(set(keys)) != len(keys):
        raise FieldError("must not name the same upload twice", "repeated_item")
    return keys


DifferentKeys = AfterValidator(_different)
"""Refuses a list that names an upload twice."""

Photos = Annotated[
    list[UploadKey],
    Field(
        max_length=MAX_PHOTOS, json_schema_extra={"uniqueItems": True}, description="Upload keys, in the order shown."
    ),
    DifferentKeys,
]
"""Upload keys of photos, in the order in which they are shown."""


UploadSize = Annotated[Whole, Field(ge=1, le=LARGEST_BYTES, description="At most 5 MB.")]


class UploadRequest(RequestModel):
    """The file that somebody wants to upload."""

    purpose: Purpose
    content_type: Annotated[ContentType, Field(description="A PDF only for a certification.")]
    size_bytes: UploadSize


_SHAPES = (("purpose", "contentType", "sizeBytes"), ("files",))


class UploadsRequest(RequestModel):
    """One file, or several together."""

    model_config = ConfigDict(json_schema_extra=only_one_of(*_SHAPES))

    purpose: Purpose | None = None
    content_type: Annotated[ContentType | None, Field(description="A PDF only for a certification.")] = None
    size_bytes: UploadSize | None = None
    files: Annotated[list[UploadRequest], Field(min_length=1, max_length=MAX_UPLOADS_TOGETHER)] | None = None

    @model_validator(mode="after")
    def _is_one_or_several(self) -> "UploadsRequest":
        check_only_one_of(self, *_SHAPES)
        return self

    @property
    def one(self) -> UploadRequest | None:
        """The request for one file; None for several."""
        if self.purpose is None or self.content_type is None or self.size_bytes is None:
            return None
        return UploadRequest.model_construct(
            purpose=self.purpose, content_type=self.content_type, size_bytes=self.size_bytes
        )


class UploadForm(Model):
    """Permission to upload one file: a form for `url` with all `fields`, then the file as `file`, until `expiresAt`."""

    key: str
    url: str
    fields: dict[str, str]
    expires_at: str


class Upload(Model):
    """An upload, from the request for its form on.

    Attributes:
        key: where the original is stored.
        version_id: the version of the original that was checked when it was handed in. Later ones are never read.
        used_by: the objects and fields that show it, as `jobs/<id>/photos`.
        hand_ins: how often it was handed in.
        decodings: how often decoding it was begun.
        width: pixels of the largest file, once it is ready; None for a document.
        height: the same.
        expires_at: epoch seconds after which it cannot be handed in any more; None once it was.
    """

    key: str
    user_id: str
    purpose: Purpose
    content_type: ContentType
    state: State = "offered"
    version_id: str | None = None
    used_by: set[str] = set()
    hand_ins: int = 0
    decodings: int = 0
    width: int | None = None
    height: int | None = None
    created_at: str
    expires_at: int | None = None

    @property
    def may_be_public(self) -> bool:
        """Whether anything that shows it can be public."""
        return self.purpose in _WITH_PUBLIC_PICTURES

    @property
    def facts(self) -> "PictureFacts | None":
        """The facts that an object stores about the upload; None while it is checked."""
        if self.state not in ("ready", "refused"):
            return None
        return PictureFacts(state=self.state, width=self.width, height=self.height)


class PictureFacts(Model):
    """What an object stores of an upload that it shows, so that showing it takes no second read.

    An upload without facts is being checked.

    Attributes:
        folder: the random name of the folder in `media/` for this object's public copies; None where it can have none.
        public: whether the copies are there.
    """

    state: Literal["ready", "refused"]
    width: int | None = None
    height: int | None = None
    folder: str | None = None
    public: bool = False


Pictures = dict[str, PictureFacts]
"""The facts of the uploads that an object shows, by upload id. Only `khaya.pictures` writes them."""


def new_upload(request: UploadRequest, *, user_id: str, now: str, field: str = "") -> Upload:
    """An upload under the person's own prefix; `field` is the path of the request in the body.

    Raises:
        Invalid: files of this type are not taken for this purpose.
    """
    if request.content_type == "application/pdf" and request.purpose != "certification":
        message = f"must be a picture (JPEG, PNG or WebP) for the purpose {request.purpose}"
        options = [one for one in _EXTENSIONS if one.startswith("image/")]
        raise Invalid([FieldProblem(f"{field}contentType", message, "not_an_option", {"options": options})])
    return Upload(
        key=f"{upload_prefix(user_id, request.purpose)}{new_id()}.{_EXTENSIONS[request.content_type]}",
        user_id=user_id,
        purpose=request.purpose,
        content_type=request.content_type,
        created_at=now,
        expires_at=clock.epoch(clock.plus(now, hours=KEEP_HOURS)),
    )


def upload_prefix(user_id: str, purpose: Purpose) -> str:
    """The key prefix of a person's uploads for a purpose."""
    return f"{UPLOADS}/{user_id}/{purpose}/"


def uploads_prefix(user_id: str) -> str:
    """The key prefix of all of a person's uploads."""
    return f"{UPLOADS}/{user_id}/"


def pictures_prefix(user_id: str) -> str:
    """The key prefix of all files that were re-encoded from a person's uploads."""
    return f"{PICTURES}/{user_id}/"


def upload_id(key: str) -> str:
    """The id in an upload's key."""
    return key.rpartition("/")[2].partition(".")[0]


def folder_of(key: str) -> str:
    """The key prefix of the files that are re-encoded from the upload under `key`."""
    return f"{pictures_prefix(key.split('/')[1])}{upload_id(key)}/"


def content_type_of(key: str) -> ContentType:
    """The type of the file under an upload's key, which its ending tells.

    Raises:
        FieldError: no upload has such an ending.
    """
    ending = key.rpartition(".")[2]
    for content_type, extension in _EXTENSIONS.items():
        if extension == ending:
            return content_type
    raise FieldError("is not the key of an upload", "not_an_upload_key")


def widths_for(width: int) -> list[int]:
    """The widths in which a picture of `width` pixels is stored: all below its own, and the next one."""
    return [wide for number, wide in enumerate(WIDTHS) if number == 0 or WIDTHS[number - 1] < width]


def matches_type(first_bytes: bytes, content_type: ContentType) -> bool:
    """Whether a file that begins with `first_bytes` can be of the type."""
    match content_type:
        case "image/jpeg":
            return first_bytes.startswith(b"\xff\xd8\xff")
        case "image/png":
            return first_bytes.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
        case "image/webp":
            return (
                first_bytes.startswith(b"RIFF")
                and first_bytes[8:12] == b"WEBP"
                and first_bytes[12:16] in (b"VP8 ", b"VP8L", b"VP8X")
            )
        case "application/pdf":
            return first_bytes.startswith(b"%PDF-")


@dataclass(frozen=True)
class HandIn:
    """Upload keys that a request hands in for one object.

    Attributes:
        fields: the request's field of each key, for messages.
    """

    user_id: str
    purpose: Purpose
    fields: Mapping[str, str]

    @classmethod
    def of(
        cls, keys: Collection[str], user_id: str, purpose: Purpose, field: str, *, known: Collection[str] = ()
    ) -> "HandIn":
        """The keys in a request's list `field`, but those that the object shows already (`known`).

        Raises:
            Invalid: one is not the person's own, or was made for another purpose.
        """
        names = {key: f"{field}.{number}" if len(keys) > 1 else field for number, key in enumerate(keys)}
        return cls.named({key: name for key, name in names.items() if key not in known}, user_id, purpose)

    @classmethod
    def named(cls, fields: Mapping[str, str], user_id: str, purpose: Purpose) -> "HandIn":
        """The keys of `fields`, each with the request's field that names it.

        Raises:
            Invalid: one is not the person's own, or was made for another purpose.
        """
        prefix = upload_prefix(user_id, purpose)
        wrong = [name for key, name in fields.items() if not key.startswith(prefix)]
        if wrong:
            raise Invalid([_not_yours(name, purpose) for name in wrong])
        return cls(user_id, purpose, fields)

    def uploads(self, items: Mapping[str, Item], now: str) -> list[Upload]:
        """The uploads handed in, read from their `items` by key.

        Raises:
            Invalid: one was never asked for, waited for more than a day, or was refused before.
        """
        found: list[Upload] = []
        wrong: list[FieldProblem] = []
        for key, name in self.fields.items():
            upload = Upload.model_validate(items[key]) if key in items else None
            if upload is None or upload.user_id != self.user_id or upload.purpose != self.purpose:
                wrong.append(_not_yours(name, self.purpose))
            elif upload.expires_at is not None and upload.expires_at <= clock.epoch(now):
                message = f"was not handed in within {KEEP_HOURS} hours; upload it again"
                wrong.append(FieldProblem(name, message, "upload_expired", {"hours": KEEP_HOURS}))
            elif upload.state == "refused":
                wrong.append(
                    FieldProblem(name, "is not a file that can be shown; upload another one", "upload_refused")
                )
            else:
                found.append(upload)
        if wrong:
            raise Invalid(wrong)
        return found


@dataclass(frozen=True)
class _Shown:
    """Where the items of a table show uploads."""

    id: str
    owner: str
    fields: tuple[str, ...]
    public_fields: tuple[str, ...]
    public_status: str | None


_SHOWN: Final[Mapping[Resource, _Shown]] = {
    "jobs": _Shown("id", "buyerId", ("photos", "submission.photos"), ("photos",), "open"),
    "listings": _Shown("id", "sellerId", ("photos",), ("photos",), "active"),
    "stories": _Shown("id", "authorId", ("media",), ("media",), "approved"),
    "profiles": _Shown("userId", "userId", ("photoUrl", "certifications"), ("photoUrl",), None),
    "escrows": _Shown("id", "buyerId", ("evidencePhotos",), (), None),
}


@dataclass(frozen=True)
class Showing:
    """An item as something that shows uploads.

    Attributes:
        owner: who made it; where they are suspended or erased, nothing of it is public.
        keys: the uploads that it shows.
        public_keys: those of them that anybody may see.
        pictures: the facts it stores of uploads.
    """

    resource: Resource
    id: str
    owner: str
    keys: list[str]
    public_keys: list[str]
    pictures: Pictures

    @property
    def folders(self) -> set[str]:
        """The folders in which there may be public copies."""
        return {facts.folder for facts in self.pictures.values() if facts.folder}


def showing(resource: str, item: Item | None) -> Showing | None:
    """The uploads that a stored item shows; None if items of its table show none."""
    shown = _SHOWN.get(resource)  # type: ignore[call-overload]
    if shown is None or not item or shown.owner not in item or (shown.public_status and "title" not in item):
        return None
    public = item.get("status") == shown.public_status and "erasedAt" not in item
    return Showing(
        resource=resource,  # type: ignore[arg-type]
        id=item[shown.id],
        owner=item[shown.owner],
        keys=[key for name in shown.fields for key in _keys_in(item, name)],
        public_keys=[key for name in shown.public_fields for key in _keys_in(item, name)] if public else [],
        pictures={name: PictureFacts.model_validate(facts) for name, facts in item.get("pictures", {}).items()},
    )


def _keys_in(item: Item, field: str) -> Iterator[str]:
    value: Any = item
    for part in field.split("."):
        value = (value or {}).get(part)
    for one in [value] if isinstance(value, str) else value or []:
        key = one.get("key") if isinstance(one, dict) else one
        if key:
            yield key


def _not_yours(field: str, purpose: Purpose) -> FieldProblem:
    message = f"is not an upload of yours for the purpose {purpose}"
    return FieldProblem(field, message, "not_your_upload", {"purpose": purpose})
