"""Uploads as clients make them, and pictures of many kinds."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from PIL import Image

from tests.support import stand_in
from tests.support.client import Person
from tests.support.template import function_environment

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@cache
def picture(width: int = 40, height: int = 30, kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """A picture of one colour that darkens towards the bottom."""
    made = Image.linear_gradient("L").resize((width, height)).convert(mode)
    held = io.BytesIO()
    made.save(held, kind, **options)
    return held.getvalue()


def asked(person: Person, purpose: str, content_type: str = "image/jpeg") -> str:
    """The key of an upload that was asked for and not made."""
    wanted = {"purpose": purpose, "contentType": content_type, "sizeBytes": 120_000}
    answer = person.post("/uploads", wanted)
    assert answer.status == 201, answer.text
    key: str = answer.body["key"]
    return key


def put(key: str, body: bytes) -> str:
    """Upload a file by the form of `key`, and answer its version."""
    answer = stand_in.client("s3").put_object(
        Bucket=function_environment()["MEDIA_BUCKET"], Key=key, Body=body, Tagging="state=offered"
    )
    version: str = answer["VersionId"]
    return version


def uploaded(person: Person, purpose: str, body: bytes | None = None, content_type: str = "image/jpeg") -> str:
    """The key of a file that the person uploaded; a small JPEG unless another is given."""
    key = asked(person, purpose, content_type)
    put(key, picture() if body is None else body)
    return key


def stored_files(prefix: str = "") -> list[str]:
    """The keys of the present files in the bucket."""
    answer = stand_in.client("s3").list_objects_v2(Bucket=function_environment()["MEDIA_BUCKET"], Prefix=prefix)
    return [one["Key"] for one in answer.get("Contents", [])]


def file(key: str) -> dict[str, Any]:
    """A file of the bucket as S3 answers it."""
    answer: dict[str, Any] = stand_in.client("s3").get_object(Bucket=function_environment()["MEDIA_BUCKET"], Key=key)
    return answer


def key_in(url: str) -> str:
    """The key of the file that a signed link leads to."""
    return url.split("?", maxsplit=1)[0].split(".amazonaws.com/", maxsplit=1)[1]


def given(*keys: str) -> None:
    """Files under these keys, which the people that they name uploaded a moment ago."""
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.data.unit_of_work import commit_now  # noqa: PLC0415
    from khaya.uploads import store  # noqa: PLC0415
    from khaya.uploads.model import Upload, content_type_of  # noqa: PLC0415

    now = clock.now()
    for key in keys:
        _, user_id, purpose, _ = key.split("/")
        content_type = content_type_of(key)
        upload = Upload(
            key=key,
            user_id=user_id,
            purpose=purpose,
            content_type=content_type,
            created_at=now,
            expires_at=clock.epoch(clock.plus(now, hours=24)),
        )
        commit_now(store.create(upload))
        kind = content_type.rpartition("/")[2].upper()
        put(key, PDF if kind == "PDF" else picture(kind=kind))
