"""The bucket of SAM's artifacts on the stand-in."""

from __future__ import annotations

import boto3

from operations.releases import SAM_STACK

TEMPLATE = """
Resources:
  Bucket: {Type: "AWS::S3::Bucket", Properties: {BucketName: artifacts}}
Outputs:
  SourceBucket: {Value: !Ref Bucket}
"""


def make_artifact_bucket(session: boto3.Session) -> None:
    """Make the stack that `sam package --resolve-s3` makes."""
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(StackName=SAM_STACK, TemplateBody=TEMPLATE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=SAM_STACK, WaiterConfig={"Delay": 1})
