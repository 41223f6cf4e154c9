"""Deploy the build of the web client: its files to the bucket, then an invalidation of CloudFront's copies.

The stack (`infra/frontend.yaml`) stands in us-east-1. Hashed files go first and index.html last, so that no page names
a file that is not there. A file that the build has no more is tagged; the bucket removes it after 30 days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from operations import smoke
from operations.change_set import MAINTENANCE
from operations.configuration import Configuration
from operations.refused import Refused
from operations.stack import Stack

REGION = "us-east-1"
PAGE = "index.html"
HASHED = "assets/"
"""The folder of files whose names hold a hash of their content."""
IMMUTABLE = "public, max-age=31536000, immutable"
CHECKED_EACH_TIME = "no-cache"
STATE, CURRENT, REPLACED = "state", "current", "replaced"
"""The tag by which the bucket's lifecycle knows what to remove."""
HANDED_OVER = ("AllowedOrigins", "AppUrl", "MediaBaseUrl", "DistributionArn")
"""Outputs of the stack that are parameters of the application."""
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".xml": "application/xml",
}
TIMEOUT_SECONDS = 30


def stack_name(environment: str) -> str:
    """The name of the stack of an environment's web client."""
    return f"khaya-frontend-{environment}"


class Frontend:
    """The web client of one environment.

    Args:
        session: a session of boto3 in us-east-1.
        application: the stack of the application.
        configuration: the environment.
        say: what shows a line to the operator.
        confirm: what asks the operator before anything is changed, and raises if the answer is no.
        check: what does not work at an address that should serve a page, in maintenance or not.

    Raises:
        Refused: there is no stack.
    """

    def __init__(
        self,
        session: Any,
        application: Stack,
        configuration: Configuration,
        say: Callable[[str], None],
        confirm: Callable[[], None],
        check: Callable[[str, bytes, bool], list[str]] | None = None,
    ) -> None:
        self._s3 = session.client("s3")
        self._cloudfront = session.client("cloudfront")
        self._application = application
        self._outputs = Stack(session, stack_name(configuration.environment)).outputs()
        self._bucket = self._outputs["WebBucketName"]
        self._say = say
        self._confirm = confirm
        self._check = check or failures

    def deploy(self, build: Path, *, plan: bool = False) -> None:
        """Upload a build, and have CloudFront forget what it keeps.

        Args:
            build: the folder with index.html.
            plan: whether to show what would be done only.

        Raises:
            Refused: it is no build, or the page does not answer afterwards.
        """
        files = build_files(build)
        replaced = sorted(self._present() - files.keys())
        for key in files:
            self._say(f"upload    {key}")
        for key in replaced:
            self._say(f"replaced  {key} (removed after 30 days)")
        for line in self.not_handed_over():
            self._say(line)
        if plan:
            return
        self._confirm()
        for key, path in files.items():
            self._upload(key, path)
        for key in replaced:
            self._mark_replaced(key)
        self._invalidate()
        maintenance = self._application.parameters().get(MAINTENANCE) == "true"
        found = self._check(self._outputs["AppUrl"], files[PAGE].read_bytes(), maintenance)
        if found:
            raise Refused("\n  ".join(["The web client was deployed and does not work:", *found]))
        self._say(f"{self._outputs['AppUrl']} serves the build")

    def not_handed_over(self) -> Iterator[str]:
        """What the application has to be told about this stack, one line for each parameter."""
        parameters = self._application.parameters()
        for name in HANDED_OVER:
            if self._outputs[name] not in parameters.get(name, "").split(","):
                yield f"to do     set {name}={self._outputs[name]} for {self._application.name} and deploy it"

    def _present(self) -> set[str]:
        """The files of the bucket that belong to the build before."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
        return {key for key in keys if not self._is_replaced(key)}

    def _is_replaced(self, key: str) -> bool:
        tags = self._s3.get_object_tagging(Bucket=self._bucket, Key=key)["TagSet"]
        return {"Key": STATE, "Value": REPLACED} in tags

    def _upload(self, key: str, path: Path) -> None:
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=TYPES[path.suffix],
            CacheControl=_cache_control(key),
            Tagging=f"{STATE}={CURRENT}",
        )

    def _mark_replaced(self, key: str) -> None:
        """Copy a file onto itself with the tag, so that its 30 days begin now."""
        self._s3.copy_object(
            Bucket=self._bucket,
            Key=key,
            CopySource={"Bucket": self._bucket, "Key": key},
            ContentType=TYPES.get(Path(key).suffix, "application/octet-stream"),
            CacheControl=_cache_control(key),
            MetadataDirective="REPLACE",
            Tagging=f"{STATE}={REPLACED}",
            TaggingDirective="REPLACE",
        )

    def _invalidate(self) -> None:
        """Have CloudFront forget its copies, and wait until it has."""
        distribution = self._outputs["DistributionId"]
        made = self._cloudfront.create_invalidation(
            DistributionId=distribution,
            InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(uuid4())},
        )
        waiter = self._cloudfront.get_waiter("invalidation_completed")
        waiter.wait(DistributionId=distribution, Id=made["Invalidation"]["Id"])


def build_files(build: Path) -> dict[str, Path]:
    """The files of a build by their keys, in the order in which they are uploaded.

    Raises:
        Refused: there is no page, or a file whose type is not known.
    """
    if not (build / PAGE).is_file():
        raise Refused(f"{build} has no {PAGE}. Build the web client, or name the folder with --build.")
    found = {path.relative_to(build).as_posix(): path for path in sorted(build.rglob("*")) if path.is_file()}
    unknown = [key for key in found if Path(key).suffix not in TYPES]
    if unknown:
        raise Refused(f"The type of {', '.join(unknown)} is not known. Add it to operations/frontend.py.")
    return dict(sorted(found.items(), key=lambda one: _turn(one[0])))


def failures(url: str, page: bytes, maintenance: bool = False) -> list[str]:
    """What does not work at the web client's address: the page, links into it, missing files, the API.

    Args:
        url: the address of the web client.
        page: what it must serve.
        maintenance: whether the API must refuse what writes.
    """
    found = []
    for path, status, body in (("/", 200, page), ("/jobs/none", 200, page), (f"/{HASHED}none.js", 404, None)):
        try:
            answer = requests.get(f"{url}{path}", timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            found.append(f"GET {path} is {type(error).__name__}")
            continue
        if answer.status_code != status or (body is not None and answer.content != body):
            found.append(f"GET {path} is {answer.status_code}, not {status}{' with the page' if body else ''}")
    return found + smoke.failures(f"{url}/api", "", maintenance)


def _turn(key: str) -> int:
    """Hashed files come first, then others, then what loads them."""
    return 0 if key.startswith(HASHED) else 2 if key == PAGE else 1


def _cache_control(key: str) -> str:
    return IMMUTABLE if key.startswith(HASHED) else CHECKED_EACH_TIME
