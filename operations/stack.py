"""A deployed stack: its state, outputs, parameters and resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations.refused import Refused

GONE = ("DELETE_COMPLETE",)
LEFT = (*GONE, "DELETE_SKIPPED", "IMPORT_ROLLBACK_COMPLETE")
"""States of resources that are not of their stack any more."""
ALIAS = "live"
"""The alias by which every function is called. A version without it serves nothing."""


@dataclass(frozen=True)
class Resource:
    """A resource of a stack."""

    logical: str
    kind: str
    physical: str


class Stack:
    """A stack in CloudFormation, which need not exist yet.

    Args:
        session: a session of boto3.
        name: the name of the stack.
    """

    def __init__(self, session: Any, name: str) -> None:
        self.name = name
        self._cloudformation = session.client("cloudformation")

    def described(self) -> dict[str, Any] | None:
        """CloudFormation's description; None if there is no such stack."""
        try:
            found: dict[str, Any] = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found["StackStatus"] in GONE else found

    def status(self) -> str | None:
        """CloudFormation's word for its state; None if there is no such stack."""
        found = self.described()
        return found["StackStatus"] if found else None

    def must_exist(self) -> dict[str, Any]:
        """CloudFormation's description.

        Raises:
            Refused: there is no such stack.
        """
        found = self.described()
        if found is None:
            raise Refused(
                f"There is no stack {self.name} in this account and region. Check the credentials, or deploy it."
            )
        return found

    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return {one["OutputKey"]: one["OutputValue"] for one in self.must_exist().get("Outputs", [])}

    def parameters(self) -> dict[str, str]:
        """The values of the parameters that the stack was deployed with."""
        return {one["ParameterKey"]: one["ParameterValue"] for one in self.must_exist().get("Parameters", [])}

    def resources(self) -> list[Resource]:
        """All resources that exist."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [
            Resource(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
            for page in pages
            for one in page["StackResourceSummaries"]
            if one.get("PhysicalResourceId") and one["ResourceStatus"] not in GONE
        ]

    def held(self) -> dict[str, str]:
        """The states of the resources that are of the stack, by logical names."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        found = [one for page in pages for one in page["StackResourceSummaries"]]
        return {one["LogicalResourceId"]: one["ResourceStatus"] for one in found if one["ResourceStatus"] not in LEFT}

    def must_have(self, kind: str) -> list[Resource]:
        """The resources of a kind.

        Raises:
            Refused: there is no such stack, or it has none.
        """
        self.must_exist()
        found = [one for one in self.resources() if one.kind == kind]
        if not found:
            raise Refused(f"{self.name} has no {kind}. Deploy it first.")
        return found

    def physical(self, logical: str) -> str:
        """The physical name of a resource."""
        found = self._cloudformation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def failures(self) -> list[str]:
        """Why resources failed in the last deployment, the first failure first."""
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.name)
        found: list[str] = []
        for event in (one for page in pages for one in page["StackEvents"]):  # the latest first
            if event["LogicalResourceId"] == self.name and event.get("ResourceStatusReason") == "User Initiated":
                break
            if event["ResourceStatus"].endswith("_FAILED"):
                found.append(
                    f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
                )
        return found[::-1]
