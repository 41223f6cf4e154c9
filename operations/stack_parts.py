"""Take resources out of a stack without deleting them, and tables into it without making them.

CloudFormation's contract for both: what leaves the template and has `DeletionPolicy: Retain` stays; an import changes
nothing but the resources that it takes over, under logical names that are free.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from cfnlint.decode import cfn_yaml

from operations.change_set import ChangeSet, Deployments, Failed
from operations.configuration import Configuration
from operations.detached import Values, without
from operations.refused import Refused
from operations.releases import artifact_bucket
from operations.stack import Stack


class StackParts:
    """The parts of one environment's stack, and files in the bucket of SAM's artifacts under `restores/<env>/`.

    Args:
        session: a session of boto3.
        configuration: the environment.
        poll: the seconds between two looks at the stack.
    """

    def __init__(self, session: Any, configuration: Configuration, poll: float = 2.0) -> None:
        self._stack = Stack(session, configuration.stack)
        self._stack.must_exist()
        self._deployments = Deployments(session, self._stack, poll=poll, role=configuration.role)
        self._cloudformation = session.client("cloudformation")
        self._s3 = session.client("s3")
        self._bucket = artifact_bucket(session)
        self._region = session.region_name
        self._folder = f"restores/{configuration.environment}/"

    def physical(self) -> dict[str, str]:
        """The physical names of what is in the stack, by logical names."""
        return {one.logical: one.physical for one in self._stack.resources()}

    def template(self) -> dict[str, Any]:
        """The template of the stack after its transforms."""
        found = self._cloudformation.get_template(StackName=self._stack.name, TemplateStage="Processed")["TemplateBody"]
        parsed = cfn_yaml.loads(found) if isinstance(found, str) else found  # type: ignore[no-untyped-call]
        plain: dict[str, Any] = json.loads(json.dumps(parsed))
        return {name: value for name, value in plain.items() if name != "Transform"}

    def take_out(self, template: Mapping[str, Any], values: Values) -> None:
        """Take resources out of the stack. They stay, and so does everything else of the stack.

        Args:
            template: the template of the stack, without a transform.
            values: the resources, and what the template takes from them.

        Raises:
            Refused: CloudFormation would do more.
        """
        url = self.keep("without-parts.json", without(template, values))
        self._make(lambda: self._deployments.prepare_removal(f"without-parts-{_now()}", url, values.keys()))

    def import_tables(self, template: Mapping[str, Any], values: Values, targets: Mapping[str, str]) -> None:
        """Take tables into the stack, from which the tables of the same logical names were taken out.

        Args:
            template: the template of the stack before anything was taken out, without a transform.
            values: what was taken out.
            targets: the names of the tables, by logical names.

        Raises:
            Refused: CloudFormation does not take them.
        """
        rest = without(template, values)
        tables = {logical: _named(template["Resources"][logical], name) for logical, name in targets.items()}
        url = self.keep("import.json", {**rest, "Resources": {**rest["Resources"], **tables}})
        self._make(lambda: self._deployments.prepare_import(f"import-{_now()}", url, targets))

    def keep(self, name: str, content: Mapping[str, Any]) -> str:
        """Keep a file; returns where CloudFormation reads it."""
        key = f"{self._folder}{name}"
        body = json.dumps(content, separators=(",", ":")).encode()
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)
        return f"https://s3.{self._region}.amazonaws.com/{self._bucket}/{key}"

    def kept(self, name: str) -> dict[str, Any] | None:
        """What was kept in a file; None if there is no such file."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=f"{self._folder}{name}")["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            return None
        found: dict[str, Any] = json.loads(body)
        return found

    def _make(self, prepare: Callable[[], ChangeSet]) -> None:
        """Prepare a change set, and make its changes.

        Raises:
            Refused: it would do more than it should, or CloudFormation does not take it or has taken it back.
        """
        try:
            made = prepare()
            if made.refusals:
                self._deployments.discard(made)
                raise Refused("Nothing of this step was done.\n  " + "\n  ".join(made.refusals))
            self._deployments.execute(made)
        except ClientError as error:
            raise Refused(f"CloudFormation does not take this step: {error}. Nothing of it was done.") from error
        except Failed as failure:
            raise Refused(
                f"{failure}\nCloudFormation has taken this step back. Fix the cause, then run the command again."
            ) from failure


def _named(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A table's resource with its name as plain text, which stays if the import fails."""
    return {**table, "DeletionPolicy": "Retain", "Properties": {**table["Properties"], "TableName": name}}


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
