"""Build a lost user pool anew from the Users table.

A person's id is ours, not Cognito's, so nothing of a person is lost with the pool but the password and the sessions.
People sign in by a code, and may set a password again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from operations.configuration import Configuration
from operations.deploy import Deployment
from operations.refused import Refused
from operations.stack import Stack
from operations.stack_parts import StackParts

POOL = "UserPool"
KIND = "AWS::Cognito::UserPool"
"""How the kinds of the pool, its client, its scopes and its groups begin."""
SHOWN_EVERY = 100
"""People between two lines of progress."""
CONTACTS = {"phone": "phone_number", "email": "email"}
"""Cognito's attributes, by those of the records."""


@dataclass(frozen=True)
class Person:
    """A person as the Users table knows them.

    Attributes:
        user_id: our id.
        subject: the id in the pool before.
        name: the name that is shown.
        contacts: Cognito's attributes with the contacts that are theirs.
        roles: the groups.
    """

    user_id: str
    subject: str | None
    name: str
    contacts: dict[str, str]
    roles: frozenset[str]


class People:
    """The people of one environment.

    Args:
        dynamodb: a client of DynamoDB.
        table: the name of the Users table.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def all(self) -> Iterator[Person]:
        """Everybody who may have an account: who has a contact and was not erased."""
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True):
            for item in page["Items"]:
                user_id = item["userId"]["S"]
                if "#" in user_id or "createdAt" not in item or _text(item, "status") == "erased":
                    continue
                contacts = dict(self._contacts(user_id, item))
                if contacts:
                    roles = frozenset(_texts(item, "roles")) - frozenset(_texts(item, "lostRoles"))
                    name = _text(item, "displayName") or ""
                    yield Person(user_id, _text(item, "subject"), name, contacts, roles)

    def link(self, person: Person, subject: str) -> None:
        """Note the account of a person in the new pool instead of the one in the pool before."""
        writes: list[dict[str, Any]] = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": {"userId": {"S": person.user_id}},
                    "UpdateExpression": "SET #subject = :subject",
                    "ConditionExpression": "attribute_exists(userId)",
                    "ExpressionAttributeNames": {"#subject": "subject"},
                    "ExpressionAttributeValues": {":subject": {"S": subject}},
                }
            },
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {"userId": {"S": f"subject#{subject}"}, "holder": {"S": person.user_id}},
                }
            },
        ]
        if person.subject and person.subject != subject:
            key = {"userId": {"S": f"subject#{person.subject}"}}
            writes.append({"Delete": {"TableName": self._table, "Key": key}})
        self._dynamodb.transact_write_items(TransactItems=writes)

    def _contacts(self, user_id: str, item: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The contacts in a record that belong to the person; another one may have taken one over since."""
        for kind, attribute in CONTACTS.items():
            value = _text(item, kind)
            if value is None:
                continue
            key = {"userId": {"S": f"{kind}#{value}"}}
            row = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
            if row is not None and _text(row, "holder") == user_id:
                yield attribute, value


class UserPool:
    """The user pool of one environment.

    Args:
        cognito: a client of Cognito.
        pool: the id of the pool.
    """

    def __init__(self, cognito: Any, pool: str) -> None:
        self._cognito = cognito
        self._pool = pool

    def exists(self) -> bool:
        """Whether the pool is there."""
        try:
            self._cognito.describe_user_pool(UserPoolId=self._pool)
        except self._cognito.exceptions.ResourceNotFoundException:
            return False
        return True

    def add(self, person: Person) -> str:
        """Give a person an account with their contacts and groups, unless they have one; returns its `sub`.

        It has a random password that nobody knows, without which Cognito lets nobody sign in, not even by a code.
        """
        username = next(iter(person.contacts.values()))
        attributes = {"name": person.name} if person.name else {}
        for attribute, value in person.contacts.items():
            attributes |= {attribute: value, f"{attribute}_verified": "true"}
        try:
            self._cognito.admin_create_user(
                UserPoolId=self._pool,
                Username=username,
                MessageAction="SUPPRESS",
                UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise
        account = self._cognito.admin_get_user(UserPoolId=self._pool, Username=username)
        if account["UserStatus"] != "CONFIRMED":
            self._cognito.admin_set_user_password(
                UserPoolId=self._pool,
                Username=username,
                Password=f"{secrets.token_urlsafe(48)}aA1-",  # a sign of each class, which some pools demand
                Permanent=True,
            )
        for role in sorted(person.roles):
            self._cognito.admin_add_user_to_group(UserPoolId=self._pool, Username=username, GroupName=role)
        return next(str(one["Value"]) for one in account["UserAttributes"] if one["Name"] == "sub")


class PoolRecovery:
    """The rebuilding of the user pool of one environment.

    Args:
        session: a session of boto3.
        configuration: the environment.
        deployment: its deployment, which asks nothing.
        say: what shows a line to the operator.
    """

    def __init__(
        self, session: Any, configuration: Configuration, deployment: Deployment, say: Callable[[str], None]
    ) -> None:
        self._session = session
        self._deployment = deployment
        self._say = say
        self._environment = configuration.environment
        self._stack = Stack(session, configuration.stack)
        self._parts = StackParts(session, configuration)
        # Cognito takes some tens of such calls a second.
        self._cognito = session.client("cognito-idp", config=Config(retries={"mode": "adaptive", "max_attempts": 10}))

    def plan(self) -> None:
        """Show what would be done."""
        pool = self._parts.physical().get(POOL)
        lost = pool is None or not UserPool(self._cognito, pool).exists()
        number = sum(1 for _ in self._people().all())
        self._say(f"{pool or 'the user pool'} is {'gone: the stack gets a new one' if lost else 'there'}")
        self._say(f"{number} people would have an account in it, with their contacts and groups; sessions end")

    def run(self) -> None:
        """Make the pool anew if it is gone, and give everybody an account in it. It can be run again.

        Raises:
            Refused: the pool could not be made, or some people have no account; they are named.
        """
        pool = self._parts.physical().get(POOL)
        if pool is None or not UserPool(self._cognito, pool).exists():
            self._make(pool)
        api = self._stack.outputs().get("ApiId")
        if api:
            # The authorizer names the new pool, but a stage serves what was deployed to it before.
            self._session.client("apigateway").create_deployment(restApiId=api, stageName=self._environment)
        self._fill(UserPool(self._cognito, self._parts.physical()[POOL]))

    def _make(self, lost: str | None) -> None:
        if lost is not None:
            self._say(f"taking {lost}, which is gone, out of the stack")
            parts = {one.logical: {"Ref": one.physical} for one in self._stack.resources() if one.kind.startswith(KIND)}
            parts[POOL] = {"Ref": lost, "Arn": self._arn(lost)}
            self._parts.take_out(self._parts.template(), parts)
        self._say("deploying the present release with a new pool")
        self._deployment.make_missing()

    def _fill(self, pool: UserPool) -> None:
        people = self._people()
        failed = []
        number = 0
        for number, person in enumerate(people.all(), start=1):
            try:
                people.link(person, pool.add(person))
            except ClientError as error:
                failed.append(f"{person.user_id}: {error.response['Error']['Code']}")
            if number % SHOWN_EVERY == 0:
                self._say(f"{number} people")
        self._say(f"{number - len(failed)} of {number} people have an account. They sign in by a code.")
        if failed:
            raise Refused("Run the command again for these people.\n  " + "\n  ".join(failed))

    def _people(self) -> People:
        return People(self._session.client("dynamodb"), self._parts.physical()["UsersTable"])

    def _arn(self, pool: str) -> str:
        """The ARN of a pool in the stack's account and region."""
        _, partition, _, region, account, _ = self._stack.must_exist()["StackId"].split(":", 5)
        return f"arn:{partition}:cognito-idp:{region}:{account}:userpool/{pool}"


def _text(item: dict[str, Any], name: str) -> str | None:
    return str(item[name]["S"]) if "S" in item.get(name, {}) else None


def _texts(item: dict[str, Any], name: str) -> list[str]:
    """The texts in a list or set."""
    value = item.get(name, {})
    return [*value.get("SS", []), *(one["S"] for one in value.get("L", []))]
