"""Deploy the built application to the stand-in, with the SAM CLI as for AWS, and read what came of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from local import CannotRun, mailbox, paystack, twilio
from local.build import SOURCES, Build
from local.folder import LOCAL, ROOT
from local.progress import step
from local.sam import sam, template_parameters
from local.stand_in import endpoint, region, sam_settings, session


@dataclass(frozen=True)
class Stack:
    """What the deployed application is called and where it is."""

    api_url: str
    user_pool_id: str
    user_pool_client_id: str
    media_bucket: str


def deploy(build: Build, port: int) -> Stack:
    """Deploy a build to the stand-in; only what changed since the last deployment is touched."""
    with step("deploying the template to the stand-in"):
        make_bucket(port)
        twilio.make_secret(session(port))
        paystack.make_secret(session(port))
        mailbox.make_sender(session(port))
        flags = ("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar")
        parameters = template_parameters(port, build.parameters)
        sam(port, "deploy", *flags, arguments={"template-file": build.template}, parameters=parameters)
    return stack(port)


def make_bucket(port: int) -> None:
    """Make the bucket that the built code is deployed from, if samconfig names one."""
    bucket = sam_settings().get("s3_bucket")
    if bucket:
        place = cast("Any", {"LocationConstraint": region()})
        session(port).client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)


def stack(port: int) -> Stack:
    """Read the deployed stack's outputs. Its API has a new id after every change of a route."""
    cloudformation = session(port).client("cloudformation")
    described = cloudformation.describe_stacks(StackName=sam_settings()["stack_name"])["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    stage = urlsplit(outputs["ApiUrl"]).path.strip("/")
    return Stack(
        api_url=f"{endpoint(port)}/_aws/execute-api/{outputs['ApiId']}/{stage}",
        user_pool_id=outputs["UserPoolId"],
        user_pool_client_id=outputs["UserPoolClientId"],
        media_bucket=outputs["MediaBucketName"],
    )


def check_tools() -> None:
    """Refuse to begin without what building needs.

    Raises:
        CannotRun: `make`, which SAM calls to build the layers, or a part of this repository is missing.
    """
    if not any((Path(folder) / "make").exists() for folder in os.get_exec_path()):
        raise CannotRun(
            "`make` is missing, and SAM builds the layers with it (Debian, Ubuntu: `sudo apt install make`)."
        )
    missing = [str(source.relative_to(ROOT)) for source in SOURCES if not source.exists()]
    if missing:
        raise CannotRun(f"This checkout has no {missing[0]}; Khaya is built from it.")
    LOCAL.mkdir(exist_ok=True)
