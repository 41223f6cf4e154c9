"""Make a change set of a stack, read what it would do, and execute it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import click
from botocore.config import Config
from botocore.exceptions import ClientError
from cfnlint.decode import cfn_yaml

from operations import change_rules
from operations.progress import Progress
from operations.refused import Refused
from operations.stack import Stack

POLL_SECONDS = 2.0
WITHIN_SECONDS = 3600
PATIENCE_SECONDS = 300
"""A call that is repeated too early meets its own change set. AWS knows a repetition by its token."""
EMPTY = ("didn't contain changes", "No updates are to be performed")
FAILED_FIRST = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "IMPORT_ROLLBACK_COMPLETE")
"""States of a stack whose first deployment failed. A stack that is in use ends in the last one too, by an import."""
ONLY_DELETED = FAILED_FIRST[:2]
"""States in which CloudFormation allows nothing but the deletion."""
MADE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
"""States of a stack whose changes were made."""
GENERATION = "Generation"
"""The parameter with the last part of the tables' names."""
MAINTENANCE = "Maintenance"
"""The parameter that refuses writes and stops queues, streams and schedules."""
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


class Failed(RuntimeError):
    """CloudFormation did not finish the deployment, and has taken it back."""


@dataclass(frozen=True)
class ChangeSet:
    """A change set that can be executed.

    Attributes:
        name: its name or ARN.
        creates: whether the stack is new.
        changes: CloudFormation's list; empty if nothing changes.
        refusals: why it must not be executed.
    """

    name: str
    creates: bool
    changes: list[dict[str, Any]]
    refusals: list[str]


class Deployments:
    """The deployments of one stack.

    Args:
        session: a session of boto3.
        stack: the stack.
        poll: the seconds between two looks at the stack.
        role: the ARN of the role with which CloudFormation works; None for that of the operator.
        say: what shows a line to the operator.
    """

    def __init__(
        self,
        session: Any,
        stack: Stack,
        poll: float = POLL_SECONDS,
        role: str | None = None,
        say: Callable[[str], None] = click.echo,
    ) -> None:
        self._cloudformation = session.client("cloudformation", config=Config(read_timeout=PATIENCE_SECONDS))
        self._stack = stack
        self._say = say
        self._poll = poll
        self._role = {"RoleARN": role} if role else {}

    def prepare(
        self, name: str, url: str, template: str, parameters: dict[str, str], tags: dict[str, str]
    ) -> ChangeSet:
        """Make a change set. Nothing of the stack changes.

        Raises:
            Refused: the stack is at work, or CloudFormation does not take the template.
        """
        status = self._stack.status()
        if status in ONLY_DELETED:
            raise Refused(
                f"{self._stack.name} is {status} and can only be deleted. Look at what it holds, then run `deploy` or "
                "delete it by hand."
            )
        if status is not None and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            raise Refused(f"{self._stack.name} is at work ({status}). Wait until it has ended, then try again.")
        creates = status in {None, "REVIEW_IN_PROGRESS"}
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        # A secret value stands in no file of ours, so a deployment keeps what the stack has.
        kept = [] if creates else sorted(_secret(template) & self._stack.parameters().keys() - parameters.keys())
        try:
            made = self._cloudformation.create_change_set(
                ClientToken=str(uuid4()),
                StackName=self._stack.name,
                ChangeSetName=name,
                ChangeSetType="CREATE" if creates else "UPDATE",
                TemplateURL=url,
                Parameters=[*given, *({"ParameterKey": key, "UsePreviousValue": True} for key in kept)],
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                Capabilities=CAPABILITIES,
                **self._role,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise Refused(
                f"CloudFormation does not take the template: {error}. Correct it; nothing was changed."
            ) from error
        changes = self._changes(made["Id"])
        before = {} if creates else self._resources()
        generation = None if creates else self._other_generation(template, parameters)
        after = _resources(template)
        refusals = change_rules.refusals(changes, before, after, new_generation=generation is not None)
        if generation is not None:
            tables = [one for one in self._stack.resources() if one.kind == "AWS::DynamoDB::Table"]
            refusals += change_rules.generation_refusals(tables, generation)
        return ChangeSet(made["Id"], creates, changes, refusals)

    def prepare_takeover(
        self, name: str, url: str, stores: list[dict[str, Any]], parameters: dict[str, str]
    ) -> ChangeSet:
        """Make a change set by which a new stack takes over stores, and nothing else. It may have no tags yet.

        Raises:
            Refused: CloudFormation does not take them.
        """
        made = self._cloudformation.create_change_set(
            ClientToken=str(uuid4()),
            StackName=self._stack.name,
            ChangeSetName=name,
            ChangeSetType="IMPORT",
            TemplateURL=url,
            ResourcesToImport=stores,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=CAPABILITIES[:1],
            **self._role,
        )
        return ChangeSet(made["Id"], creates=True, changes=self._changes(made["Id"]), refusals=[])

    def is_left_of_first(self, *, deployed: bool) -> bool:
        """Whether the stack is what a failed first deployment has left, so that nothing is lost with it.

        Args:
            deployed: whether a release was ever verified. Then the stack must hold nothing at all.
        """
        if self._stack.status() not in FAILED_FIRST:
            return False
        held = self._stack.held()
        return not held if deployed else not any(status.endswith("_COMPLETE") for status in held.values())

    def remove(self) -> None:
        """Delete the stack, and wait until it is gone.

        Raises:
            Refused: something of it could not be deleted.
        """
        progress = self._progress()
        self._cloudformation.delete_stack(StackName=self._stack.name)
        ended = self._wait(("DELETE_COMPLETE",), progress)
        if ended != "DELETE_COMPLETE":
            reasons = "\n  ".join(self._stack.failures()[:5])
            raise Refused(f"{self._stack.name} is {ended}. Remove the cause and run the command again.\n  {reasons}")

    def protect(self) -> None:
        """Have CloudFormation refuse to delete the stack."""
        self._cloudformation.update_termination_protection(StackName=self._stack.name, EnableTerminationProtection=True)

    def discard(self, change_set: ChangeSet) -> None:
        """Delete a change set that is not to be executed."""
        self._cloudformation.delete_change_set(StackName=self._stack.name, ChangeSetName=change_set.name)

    def execute(self, change_set: ChangeSet) -> None:
        """Make the changes, and wait until they are made.

        Raises:
            Failed: a change failed; CloudFormation has taken back the others.
        """
        if not change_set.changes:
            self.discard(change_set)
            return
        progress = self._progress()
        self._cloudformation.execute_change_set(StackName=self._stack.name, ChangeSetName=change_set.name)
        ended = self._wait(MADE, progress)
        if ended not in MADE:
            reasons = "\n  ".join(self._stack.failures()[:5])
            raise Failed(f"{self._stack.name} ended as {ended}:\n  {reasons}")

    def _progress(self) -> Progress:
        return Progress(self._cloudformation, self._stack.name, self._say)

    def _changes(self, name: str) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = []
        request = {"StackName": self._stack.name, "ChangeSetName": name}
        while True:
            found = self._cloudformation.describe_change_set(**request)
            if found["Status"] == "FAILED":
                reason = found.get("StatusReason", "")
                if any(text in reason for text in EMPTY):
                    return []
                raise Refused(f"CloudFormation does not take the template: {reason}. Correct it; nothing was changed.")
            if found["Status"] != "CREATE_COMPLETE":
                time.sleep(self._poll)
                continue
            changes += found["Changes"]
            if "NextToken" not in found:
                return changes
            request["NextToken"] = found["NextToken"]

    def _resources(self) -> dict[str, Any]:
        body = self._cloudformation.get_template(StackName=self._stack.name, TemplateStage="Original")["TemplateBody"]
        return _resources(body) if isinstance(body, str) else dict(body["Resources"])

    def _wait(self, wanted: tuple[str, ...], progress: Progress) -> str:
        """Wait until the stack is at rest, and show what is done; returns its state."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while time.monotonic() < deadline:
            time.sleep(self._poll)
            # The state first, so that the events of the last look are shown too.
            status = self._stack.status() or "DELETE_COMPLETE"
            progress.show()
            if status in wanted or not (status.endswith("_IN_PROGRESS")):
                return status
        raise Failed(f"{self._stack.name} was not finished within an hour. Look at its events in CloudFormation.")

    def prepare_removal(self, name: str, url: str, removed: Collection[str]) -> ChangeSet:
        """Make a change set whose template, without a transform, lacks some resources. Parameters stay as they are.

        It is refused if CloudFormation would do more than take them out of the stack.
        """
        made = self._create(name, url, ChangeSetType="UPDATE")
        changes = self._changes(made)
        return ChangeSet(made, creates=False, changes=changes, refusals=change_rules.removal_refusals(changes, removed))

    def prepare_import(self, name: str, url: str, tables: Mapping[str, str]) -> ChangeSet:
        """Make a change set that takes over tables. Parameters and all other resources stay as they are.

        Args:
            name: the name of the change set.
            url: where the template is. It has no transform, and holds the tables besides what the stack has.
            tables: the names of the tables, by their logical names.
        """
        made = self._create(
            name,
            url,
            ChangeSetType="IMPORT",
            ResourcesToImport=[
                {
                    "ResourceType": "AWS::DynamoDB::Table",
                    "LogicalResourceId": logical,
                    "ResourceIdentifier": {"TableName": table},
                }
                for logical, table in tables.items()
            ],
        )
        return ChangeSet(made, creates=False, changes=self._changes(made), refusals=[])

    def _create(self, name: str, url: str, **request: Any) -> str:
        """Make a change set that leaves parameters and tags as they are; returns its ARN."""
        found = self._stack.must_exist()
        made = self._cloudformation.create_change_set(
            ClientToken=str(uuid4()),
            StackName=self._stack.name,
            ChangeSetName=name,
            TemplateURL=url,
            Parameters=[
                {"ParameterKey": one["ParameterKey"], "UsePreviousValue": True} for one in found.get("Parameters", [])
            ],
            Tags=found.get("Tags", []),
            Capabilities=CAPABILITIES,
            **self._role,
            **request,
        )
        return str(made["Id"])

    def _other_generation(self, template: str, parameters: Mapping[str, str]) -> str | None:
        """The generation of tables that a deployment names, if it is not that of the stack."""
        present = self._stack.parameters().get(GENERATION)
        declared = cfn_yaml.loads(template).get("Parameters", {}).get(GENERATION, {})  # type: ignore[no-untyped-call]
        wanted = str(parameters.get(GENERATION, declared.get("Default", "1")))
        return wanted if present is not None and wanted != present else None


def _resources(template: str) -> dict[str, Any]:
    """The resources of a template, by their logical names."""
    resources: dict[str, Any] = cfn_yaml.loads(template)["Resources"]  # type: ignore[no-untyped-call]
    return resources


def _secret(template: str) -> set[str]:
    """The parameters of a template whose values CloudFormation does not show."""
    parameters = cfn_yaml.loads(template).get("Parameters", {})  # type: ignore[no-untyped-call]
    return {name for name, one in parameters.items() if str(one.get("NoEcho", "")).lower() == "true"}
