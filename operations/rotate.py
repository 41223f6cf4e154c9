"""Rotate secrets: the service key, and the payment provider's key. Two versions of a secret are valid."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.refused import Refused

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
KEY_LENGTH = 64
SESSION_DAYS = 30
"""For so long sessions live whose refresh tokens are sealed with a key."""
SPREAD = timedelta(hours=1)
"""After so long nearly every client has renewed its tokens with the new key, and no function uses the old one."""


class Secret:
    """A secret and its versions.

    Args:
        secrets: a client of Secrets Manager.
        name: the name or ARN of the secret.
    """

    def __init__(self, secrets: Any, name: str) -> None:
        self._secrets = secrets
        self._name = name

    def rotate_service_key(self, *, disclosed: bool, now: datetime | None = None) -> None:
        """Make a new service key. The keys that it replaces stay in the lines after it, for hashes of former members.

        Args:
            disclosed: whether the present key is known to others. Then it may be rotated again after an hour.
            now: the time; by default that of this machine.

        Raises:
            Refused: the last rotation is too recent: a further one would make sessions and codes void.
        """
        moment = now or datetime.now(UTC)
        rotated = self._rotated_at()
        wait = SPREAD if disclosed else timedelta(days=SESSION_DAYS)
        if rotated is not None and moment - rotated < wait:
            raise Refused(
                f"The key was rotated at {rotated:%Y-%m-%d %H:%M}. The one before would become void, and with it the "
                f"sessions that it sealed. Wait until {rotated + wait:%Y-%m-%d %H:%M}"
                + ("." if disclosed else ", or give --disclosed if others know the key.")
            )
        key = self._secrets.get_random_password(PasswordLength=KEY_LENGTH, ExcludePunctuation=True)["RandomPassword"]
        old = self._secrets.get_secret_value(SecretId=self._name)["SecretString"]
        self._secrets.put_secret_value(SecretId=self._name, SecretString=f"{key}\n{old}")

    def replace_field(self, field: str, value: str) -> None:
        """Make a version of a JSON secret with another value of a field. The old one stays valid."""
        fields = json.loads(self._secrets.get_secret_value(SecretId=self._name)["SecretString"])
        self._secrets.put_secret_value(SecretId=self._name, SecretString=json.dumps(fields | {field: value}))

    def undo(self) -> None:
        """Make the previous version the current one again.

        Raises:
            Refused: there is no previous version.
        """
        versions = self._versions()
        if PREVIOUS not in versions:
            raise Refused("There is no previous version.")
        self._secrets.update_secret_version_stage(
            SecretId=self._name,
            VersionStage=CURRENT,
            MoveToVersionId=versions[PREVIOUS]["VersionId"],
            RemoveFromVersionId=versions[CURRENT]["VersionId"],
        )

    def _rotated_at(self) -> datetime | None:
        """When the current version replaced another; None if it is the first."""
        versions = self._versions()
        made: datetime = versions[CURRENT]["CreatedDate"]
        return made.astimezone(UTC) if PREVIOUS in versions else None

    def _versions(self) -> dict[str, dict[str, Any]]:
        listed = self._secrets.list_secret_version_ids(SecretId=self._name)["Versions"]
        return {stage: one for one in listed for stage in one.get("VersionStages", [])}
