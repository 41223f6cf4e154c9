"""The first token of a test's person, as Cognito asks the pre-token trigger for it."""

from __future__ import annotations

from typing import Any

from tests.support.client import Context, app, subject_of
from tests.support.stand_in import client
from tests.support.template import function_environment


def sign_in(
    user_id: str,
    roles: tuple[str, ...] = (),
    *,
    phone: str | None = None,
    email: str | None = None,
    name: str | None = None,
) -> None:
    """Call the pre-token trigger for a person whose account has this id already."""
    link(user_id)
    contacts = {"phone_number": phone, "email": email}
    attributes = {"sub": subject_of(user_id), **{key: value for key, value in contacts.items() if value}}
    attributes |= {f"{key}_verified": "true" for key in contacts if key in attributes}
    if name:
        attributes["name"] = name
    trigger(attributes, roles)


def trigger(
    attributes: dict[str, str], groups: Any = (), source: str = "TokenGeneration_Authentication"
) -> dict[str, Any]:
    """Call the pre-token trigger and return its answer."""
    event = {
        "version": "2",
        "triggerSource": source,
        "request": {"userAttributes": attributes, "groupConfiguration": {"groupsToOverride": groups and [*groups]}},
        "response": {"claimsAndScopeOverrideDetails": None},
    }
    answer: dict[str, Any] = app("pre_token").handler(event, Context())
    return answer


def link(user_id: str) -> None:
    """Store the row that leads from the account to the person, so that the test knows the id."""
    client("dynamodb").put_item(
        TableName=function_environment()["USERS_TABLE"],
        Item={"userId": {"S": f"subject#{subject_of(user_id)}"}, "holder": {"S": user_id}},
    )
