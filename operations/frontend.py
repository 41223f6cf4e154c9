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
from operations.web_files import HASHED, PAGE, TYPES, build_files, cache_control

REGION = "us-east-1"
STATE, CURRENT, REPLACED = "state", "current", "replaced"
"""The tag by which the bucket's lifecycle knows what to remove."""
HANDED_OVER = ("AllowedOrigins", "AppUrl", "MediaBaseUrl", "DistributionArn")
"""Outputs of the stack that are parameters of the application."""
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
            CacheControl=cache_control(key),
            Tagging=f"{STATE}={CURRENT}",
        )

    def _mark_replaced(self, key: str) -> None:
        """Copy a file onto itself with the tag, so that its 30 days begin now."""
        self._s3.copy_object(
            Bucket=self._bucket,
            Key=key,
            CopySource={"Bucket": self._bucket, "Key": key},
            ContentType=TYPES.get(Path(key).suffix, "application/octet-stream"),
            CacheControl=cache_control(key),
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
