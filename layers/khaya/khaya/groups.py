"""Cognito's groups, which the next token of a person names as their roles."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya import aws
from khaya.errors import Unavailable
from khaya.roles import Role
from khaya.settings import pool_settings


def set_groups(user_id: str, *, add: Collection[Role], remove: Collection[Role]) -> None:
    """Put a person into groups and take them out of others. Both may be done any number of times.

    Raises:
        Unavailable: Cognito did not do all of it; the same call makes up for it.
    """
    person = {"UserPoolId": pool_settings().user_pool_id, "Username": user_id}
    try:
        for role in sorted(remove):
            _cognito().admin_remove_user_from_group(**person, GroupName=role)
        for role in sorted(add):
            _cognito().admin_add_user_to_group(**person, GroupName=role)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("Your roles could not all be changed. Please send the same request again.") from error


@lru_cache(maxsize=1)
def _cognito() -> Any:
    """Cognito's client, made when roles first change: few requests need it."""
    retries = {"mode": "standard", "total_max_attempts": 3}
    return aws.client("cognito-idp", connect_timeout=1, read_timeout=4, retries=retries)
