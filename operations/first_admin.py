"""Make somebody who has signed up the first admin of an environment. Admins make the others in the application."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from operations.refused import Refused
from operations.stack import Stack

GROUP = "admin"


class Admins:
    """The admins of one environment.

    Args:
        cognito: a client of Cognito.
        pool: the id of the user pool.
    """

    def __init__(self, cognito: Any, pool: str) -> None:
        self._cognito = cognito
        self._pool = pool

    def count(self) -> int:
        """How many people are in the group of admins."""
        pages = self._cognito.get_paginator("list_users_in_group").paginate(UserPoolId=self._pool, GroupName=GROUP)
        return sum(len(page["Users"]) for page in pages)

    def check_first(self, name: str) -> str:
        """The username of a person who may become the first admin.

        Args:
            name: the person's phone number, as +27..., or e-mail address.

        Raises:
            Refused: nobody has this name, or there is an admin already.
        """
        try:
            person = self._cognito.admin_get_user(UserPoolId=self._pool, Username=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise
            raise Refused(f"Nobody signed up as {name}. Sign up in the application first.") from error
        if self.count():
            raise Refused("There is an admin already. Admins give the role in the application, where it is recorded.")
        return str(person["Username"])

    def add_first(self, name: str) -> None:
        """Add a person to the group of admins.

        Args:
            name: the person's phone number, as +27..., or e-mail address.

        Raises:
            Refused: nobody has this name, or there is an admin already.
        """
        username = self.check_first(name)
        self._cognito.admin_add_user_to_group(UserPoolId=self._pool, Username=username, GroupName=GROUP)


def of_stack(session: Any, stack: str) -> Admins:
    """The admins of a deployed stack.

    Raises:
        Refused: there is no such stack.
    """
    pool = next(one.physical for one in Stack(session, stack).must_have("AWS::Cognito::UserPool"))
    return Admins(session.client("cognito-idp"), pool)
