"""Files written to S3 in parts with constant memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from khaya.platform.aws import files
from khaya.platform.base.errors import Unavailable


class Bucket:
    """An S3 client that records the sizes of parts."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.fails_at = fails_at
        self.sizes: list[int] = []
        self.completed: list[int] = []
        self.aborted = False

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "upload"}

    def upload_part(self, *, PartNumber: int, Body: bytes, **_: Any) -> dict[str, str]:  # noqa: N803
        if PartNumber == self.fails_at:
            raise EndpointConnectionError(endpoint_url="s3")
        self.sizes.append(len(Body))
        return {"ETag": f"part {PartNumber}"}

    def complete_multipart_upload(self, *, MultipartUpload: dict[str, Any], **_: Any) -> None:  # noqa: N803
        self.completed = [part["PartNumber"] for part in MultipartUpload["Parts"]]

    def abort_multipart_upload(self, **_: Any) -> None:
        self.aborted = True


def test_memory_stays_constant_while_a_file_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket()
    monkeypatch.setattr(files, "_s3", lambda: bucket)
    tracemalloc.start()
    # when 60 MB are written
    files.write("statements/a.csv", _lines(600_000), content_type="text/csv")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # then all bytes were written with little memory
    assert sum(bucket.sizes) == 60_000_000
    assert bucket.completed == list(range(1, len(bucket.sizes) + 1))
    assert all(size >= files.PART_BYTES for size in bucket.sizes[:-1])
    assert peak < 4 * files.PART_BYTES


def test_given_a_failing_part_then_the_upload_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(fails_at=2)
    monkeypatch.setattr(files, "_s3", lambda: bucket)
    with pytest.raises(Unavailable):
        files.write("statements/a.csv", _lines(120_000), content_type="text/csv")
    assert bucket.aborted
    assert bucket.completed == []


def _lines(number: int) -> Iterator[bytes]:
    line = b"x" * 99 + b"\n"
    for _ in range(number):
        yield line
