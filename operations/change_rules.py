"""Which changes of a stack are refused before they are made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from operations.stack import Resource

STATEFUL = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::Cognito::UserPool",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::KMS::Key",
        "AWS::SQS::Queue",
        "AWS::Events::EventBus",
    }
)
"""Kinds of resources that hold data. A replacement is empty."""


DERIVED = ("SearchTable", "DirectoryTable")
"""Tables that are not restored: the repairs fill them."""


def changed(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each change: what is done, to which resource, of which kind."""
    lines = []
    for change in changes:
        resource = change["ResourceChange"]
        note = " (replaced)" if _replaced(resource) else ""
        lines.append(f"{resource['Action']:<8} {resource['LogicalResourceId']}  {resource['ResourceType']}{note}")
    return sorted(lines)


def refusals(
    changes: Iterable[Mapping[str, Any]], before: Mapping[str, Any], after: Mapping[str, Any], *, new_generation: bool
) -> list[str]:
    """Why the changes must not be made; empty if they may.

    Args:
        changes: the changes of the change set.
        before: the resources of the deployed template, by logical name.
        after: the resources of the new template, by logical name.
        new_generation: whether the tables are to be replaced, as in a restore.
    """
    found = []
    for change in changes:
        resource = change["ResourceChange"]
        kind, name = resource["ResourceType"], resource["LogicalResourceId"]
        if kind not in STATEFUL or (new_generation and kind == "AWS::DynamoDB::Table"):
            continue
        if resource["Action"] == "Remove":
            found.append(f"{name} ({kind}) would leave the stack. Keep it in the template until its data is moved.")
        elif _replaced(resource):
            found.append(f"{name} ({kind}) would be replaced by an empty one. Undo the change of its name or keys.")
    return found + _index_refusals(before, after)


def removal_refusals(changes: Iterable[Mapping[str, Any]], removed: Collection[str]) -> list[str]:
    """Why changes must not be made that are to take some resources out of the stack, and to do nothing else.

    A reference that became plain text may be listed as a change. Its value is the same, so CloudFormation makes none.
    """
    found = []
    for change in changes:
        resource = change["ResourceChange"]
        action, kind, name = resource["Action"], resource["ResourceType"], resource["LogicalResourceId"]
        if action == "Remove" and name not in removed:
            found.append(f"{name} ({kind}) would leave the stack too.")
        elif action == "Remove" and resource.get("PolicyAction") != "Retain":
            found.append(f"{name} ({kind}) would be deleted.")
        elif action == "Add" or (kind in STATEFUL and _replaced(resource)):
            found.append(f"{name} ({kind}) would be made anew.")
    return found


def generation_refusals(tables: Iterable[Resource], wanted: str) -> list[str]:
    """Why the tables' generation must not change; empty if the stack has taken over tables of the generation wanted."""
    others = [one.physical for one in tables if one.logical not in DERIVED and not one.physical.endswith(f"-{wanted}")]
    if not others:
        return []
    return [f"Generation would be {wanted}, but a table is {others[0]}. Set it to the last part of the tables' names."]


def _replaced(resource: Mapping[str, Any]) -> bool:
    # "Conditional" is refused too: CloudFormation decides it only while it makes the change.
    return resource["Action"] == "Modify" and resource.get("Replacement") in {"True", "Conditional"}


def _index_refusals(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = []
    for name, resource in after.items():
        if resource["Type"] != "AWS::DynamoDB::Table" or name not in before:
            continue
        old, new = _indexes(before[name]), _indexes(resource)
        different = sorted(one for one in old.keys() | new.keys() if old.get(one) != new.get(one))
        # DynamoDB creates or deletes one index in an update; a changed index is deleted and created.
        if len(different) > 1 or any(one in old and one in new for one in different):
            names = ", ".join(different)
            found.append(f"{name} would change the indexes {names} at once. Add or remove one in each deployment.")
    return found


def _indexes(table: Mapping[str, Any]) -> dict[str, Any]:
    indexes = table.get("Properties", {}).get("GlobalSecondaryIndexes", [])
    return {one["IndexName"]: (one["KeySchema"], one["Projection"]) for one in indexes}
