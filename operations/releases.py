"""The releases of an environment, kept in the bucket of SAM's artifacts: packaged template and parameters.

`releases/<environment>/<time>-<release>/` holds `template.yaml` and `release.json`. The code that the template refers
to stands in the same bucket under `code/<environment>/`, named by its hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from operations.refused import Refused
from operations.stack import Stack

SAM_STACK = "aws-sam-cli-managed-default"


@dataclass(frozen=True)
class Release:
    """A release that was deployed, or is about to be.

    Attributes:
        key: where it is kept; its last part begins with the time, so that keys are in order.
        commit: the commit that it was built from.
        parameters: the values of the template's parameters.
        formats: the versions of messages and items (`operations/formats.py`).
    """

    key: str
    commit: str
    parameters: dict[str, str]
    formats: dict[str, int] = field(default_factory=dict)


class Releases:
    """The kept releases of one environment.

    Args:
        session: a session of boto3.
        environment: the environment.
        bucket: the bucket of SAM's artifacts.
    """

    def __init__(self, session: Any, environment: str, bucket: str) -> None:
        self._s3 = session.client("s3")
        self._region = session.region_name
        self._folder = f"releases/{environment}/"
        self._bucket = bucket

    def keep(
        self, name: str, commit: str, parameters: dict[str, str], template: str, formats: Mapping[str, int]
    ) -> Release:
        """Keep a release before it is deployed."""
        release = Release(f"{self._folder}{name}", commit, parameters, dict(formats))
        self._s3.put_object(Bucket=self._bucket, Key=f"{release.key}/template.yaml", Body=template.encode())
        self._s3.put_object(
            Bucket=self._bucket, Key=f"{release.key}/release.json", Body=json.dumps(asdict(release)).encode()
        )
        return release

    def mark_good(self, release: Release) -> None:
        """Note that a release was deployed and verified. Only such a release is gone back to."""
        self._s3.put_object(Bucket=self._bucket, Key=f"{release.key}/good", Body=b"")

    def drop_good(self, release: Release) -> None:
        """Note that a release was left by a rollback."""
        self._s3.delete_object(Bucket=self._bucket, Key=f"{release.key}/good")

    def good(self) -> list[Release]:
        """The releases that were deployed and verified, the latest first."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._folder)
        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
        # A deeper key is no mark of ours: the role of another environment may write some that end like one.
        marks = [key for key in keys if key.endswith("/good") and "/" not in key[len(self._folder) : -len("/good")]]
        return [self._read(key) for key in sorted(marks, reverse=True)]

    def template(self, release: Release) -> str:
        """The packaged template of a release."""
        body = self._s3.get_object(Bucket=self._bucket, Key=f"{release.key}/template.yaml")["Body"].read()
        return str(body.decode())

    def template_url(self, release: Release) -> str:
        """Where CloudFormation reads the template."""
        return f"https://s3.{self._region}.amazonaws.com/{self._bucket}/{release.key}/template.yaml"

    def _read(self, key: str) -> Release:
        where = f"{key.removesuffix('/good')}/release.json"
        body = self._s3.get_object(Bucket=self._bucket, Key=where)["Body"].read()
        return Release(**json.loads(body))


def artifact_bucket(session: Any) -> str:
    """The bucket that `sam package --resolve-s3` has made.

    Raises:
        Refused: nothing was ever deployed in this account and region.
    """
    stack = Stack(session, SAM_STACK)
    if stack.status() is None:
        raise Refused(f"Nothing was ever deployed to this account in {session.region_name}. Run `deploy` first.")
    return stack.outputs()["SourceBucket"]
