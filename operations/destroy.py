"""Delete an environment: its stack, and the stores that the stack retains."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from operations.configuration import Configuration
from operations.refused import Refused
from operations.stack import Resource, Stack

WITHIN_SECONDS = 3600


class Destruction:
    """The deletion of one environment, which is not prod.

    Args:
        session: a session of boto3.
        configuration: the environment.
        say: what shows a line to the operator.
        poll: the seconds between two looks at the stack.

    Raises:
        Refused: it is prod, or there is no stack.
    """

    def __init__(
        self, session: Any, configuration: Configuration, say: Callable[[str], None], poll: float = 2.0
    ) -> None:
        if configuration.is_prod:
            raise Refused("Prod is not destroyed by a command. Delete its stack by hand if that is really wanted.")
        self._session = session
        self._say = say
        self._poll = poll
        self._stack = Stack(session, configuration.stack)
        self._stack.must_exist()
        self._remove: dict[str, Callable[[str], Any]] = {
            "AWS::DynamoDB::Table": lambda name: session.client("dynamodb").delete_table(TableName=name),
            "AWS::Cognito::UserPool": lambda name: session.client("cognito-idp").delete_user_pool(UserPoolId=name),
            "AWS::S3::Bucket": self._remove_bucket,
            "AWS::SecretsManager::Secret": lambda name: session.client("secretsmanager").delete_secret(
                SecretId=name, ForceDeleteWithoutRecovery=True
            ),
        }

    def stores(self) -> list[Resource]:
        """What holds data and is removed before the stack."""
        return [one for one in self._stack.resources() if one.kind in self._remove]

    def destroy(self) -> None:
        """Remove the stores, then the stack. Interrupted, it can be run again: the stack names what is left.

        Raises:
            Refused: CloudFormation could not delete the stack.
        """
        for one in self.stores():
            self._say(f"removing {one.logical}  {one.physical}")
            self._remove_if_there(one)
        cloudformation = self._session.client("cloudformation")
        cloudformation.delete_stack(StackName=self._stack.name)
        deadline = time.monotonic() + WITHIN_SECONDS
        while (status := self._stack.status()) is not None:
            if status == "DELETE_FAILED" or time.monotonic() > deadline:
                reasons = "\n  ".join(self._stack.failures()[:5])
                raise Refused(
                    f"{self._stack.name} is {status}. Remove the cause and run the command again.\n  {reasons}"
                )
            time.sleep(self._poll)
        self._say(f"{self._stack.name} is deleted")

    def _remove_if_there(self, one: Resource) -> None:
        try:
            self._remove[one.kind](one.physical)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in {"ResourceNotFoundException", "NoSuchBucket"}:
                raise

    def _remove_bucket(self, name: str) -> None:
        s3 = self._session.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                files = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
                s3.delete_objects(Bucket=name, Delete={"Objects": files})
        s3.delete_bucket(Bucket=name)
