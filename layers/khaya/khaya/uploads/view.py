"""Uploaded pictures as the API shows them.

Nobody but the uploader gets a link before a picture was written anew. Then links lead to the new files: by the path of
their public copies where an object that anybody may see has such, else signed for a quarter of an hour.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from khaya.platform.aws.files import link
from khaya.platform.base.models import Model
from khaya.platform.base.settings import settings
from khaya.uploads.model import (
    DOCUMENT,
    MEDIA,
    WIDTHS,
    ContentType,
    PictureFacts,
    UploadForm,
    content_type_of,
    folder_of,
    upload_id,
    widths_for,
)


class PictureUrls(Model):
    """Links to the picture as WebP. Widths above the picture's own lead to its largest file: nothing is enlarged."""

    w160: Annotated[str, Field(alias="160")]
    w320: Annotated[str, Field(alias="320")]
    w640: Annotated[str, Field(alias="640")]
    w1280: Annotated[str, Field(alias="1280")]


class Picture(Model):
    """A picture. Links may work for a quarter of an hour only."""

    key: Annotated[
        str | None,
        Field(
            description="The upload key, for its owner only: handed in again, it keeps the picture in a changed list."
        ),
    ]
    url: Annotated[
        str | None,
        Field(description="The largest width; its owner gets the original while it is checked, others null."),
    ]
    urls: Annotated[PictureUrls | None, Field(description="null until it is `ready`.")]
    width: Annotated[int | None, Field(description="Pixels of the largest width; null until it is `ready`.")]
    height: int | None
    state: Annotated[
        Literal["checking", "ready", "refused"],
        Field(description="`refused` is what cannot be decoded; only its owner sees that it is there."),
    ]


class UploadForms(Model):
    """Permission to upload several files, in the order in which they were asked for."""

    items: list[UploadForm]


def pictures(
    keys: Sequence[str], facts: Mapping[str, PictureFacts], *, own: bool, public: bool = False
) -> list[Picture]:
    """The uploads under `keys`, as answers show them; refused ones to their owner only.

    `own` says whether the viewer uploaded them, `public` whether anybody may see what shows them.
    """
    shown = [_picture(key, facts.get(upload_id(key)), own=own, public=public) for key in keys]
    return [picture for picture in shown if own or picture.state != "refused"]


def file_url(key: str | None, facts: Mapping[str, PictureFacts], *, own: bool, public: bool = False) -> str | None:
    """A link to an upload that is shown alone: a picture's largest width, or a document. See `pictures`."""
    if key is None:
        return None
    found = facts.get(upload_id(key))
    if found is not None and found.state == "ready" and found.width is None:
        return link(folder_of(key) + DOCUMENT, download=True)
    return _picture(key, found, own=own, public=public).url


def media_type(key: str, facts: Mapping[str, PictureFacts]) -> ContentType:
    """The content type of what `file_url` leads to."""
    found = facts.get(upload_id(key))
    return "image/webp" if found and found.state == "ready" and found.width else content_type_of(key)


def _picture(key: str, facts: PictureFacts | None, *, own: bool, public: bool) -> Picture:
    if facts is None or facts.state != "ready" or facts.width is None:
        url = link(key, download=True) if own else None
        return Picture(
            key=key if own else None,
            url=url,
            urls=None,
            width=None,
            height=None,
            state=facts.state if facts else "checking",
        )
    base = settings().media_base_url
    widths = widths_for(facts.width)
    if public and base and facts.public:
        files = {width: f"{base}/{MEDIA}/{facts.folder}/{width}.webp" for width in widths}
    else:
        files = {width: link(f"{folder_of(key)}{width}.webp") for width in widths}
    largest = files[widths[-1]]
    urls = PictureUrls(**{f"w{width}": files.get(width, largest) for width in WIDTHS})
    shown = key if own else None
    return Picture(key=shown, url=largest, urls=urls, width=facts.width, height=facts.height, state="ready")
