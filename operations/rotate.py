"""Rotate secrets: the service key, the secret of the CDN, and the keys of providers. Two versions are valid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.refused import Refused
from operations.stack import Stack

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
KEY_LENGTH = 64
SESSION_DAYS = 30
"""For so long sessions live whose refresh tokens are sealed with a key."""
EDGE_LENGTH = 48
SPREAD = timedelta(hours=1)
"""After so long nearly every client has renewed its tokens with the new key, and no function uses the old one."""


@dataclass(frozen=True)
class Kind:
    """A kind of secret.

    Attributes:
        resource: the logical name of the secret in the stack; empty if it is not of the stack.
        parameter: the parameter that names the secret; empty if the stack has it.
        frontend: whether it is of the web client's stack.
        field: the field of its JSON object that is replaced; empty if the secret is made at random.
        served: the parameter of the stack with the version that CloudFront sends; empty if functions read the secret.
        prompt: what asks for the new value.
        then: what the operator does next.
    """

    resource: str = ""
    parameter: str = ""
    frontend: bool = False
    field: str = ""
    served: str = ""
    prompt: str = ""
    then: str = "Functions use the new version within five minutes."


KINDS = {
    "service-key": Kind(resource="ServiceKey"),
    "edge-secret": Kind(
        resource="EdgeProof",
        frontend=True,
        served="EdgeVersion",
        then="Deploy infra/frontend.yaml with EdgeVersion set to the new one. Then run the command with --retire.",
    ),
    "payment-key": Kind(
        parameter="PaymentSecretArn",
        field="secretKey",
        prompt="The payment provider's new key",
        then="Functions use it within five minutes. Webhooks that are signed with the one before are taken.",
    ),
    "twilio-token": Kind(
        parameter="TwilioSecretArn",
        field="authToken",
        prompt="Twilio's secondary auth token",
        then="After five minutes promote it at Twilio, which ends the one before.",
    ),
    "expo-token": Kind(
        parameter="ExpoSecretArn",
        field="accessToken",
        prompt="Expo's new access token",
        then="After five minutes revoke the one before at Expo.",
    ),
}


def secret_of(session: Any, stack: Stack, kind: Kind) -> Secret:
    """The secret of a kind.

    Raises:
        Refused: the environment has none.
    """
    name = stack.parameters().get(kind.parameter, "")
    if kind.resource:
        name = next((one.physical for one in stack.resources() if one.logical == kind.resource), "")
    if not name:
        why = f": the parameter {kind.parameter} is not set" if kind.parameter else ""
        raise Refused(f"{stack.name} has no such secret{why}.")
    return Secret(session.client("secretsmanager"), name)


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

    def replace(self) -> str:
        """Make a random version of a secret that is plain text; returns its id. The old one stays valid."""
        made = self._secrets.get_random_password(PasswordLength=EDGE_LENGTH, ExcludePunctuation=True)
        kept = self._secrets.put_secret_value(SecretId=self._name, SecretString=made["RandomPassword"])
        return str(kept["VersionId"])

    def retire(self, *, served: str | None = None) -> None:
        """End the validity of the previous version.

        Args:
            served: the version that CloudFront sends; None if the functions read the secret themselves.

        Raises:
            Refused: there is none, or CloudFront still sends another than the current version.
        """
        versions = self._versions()
        if PREVIOUS not in versions:
            raise Refused("There is no previous version.")
        current = versions[CURRENT]["VersionId"]
        if served is not None and served != current:
            raise Refused(
                "CloudFront does not send the current version, so the API would not trust it any more. Deploy "
                f"infra/frontend.yaml with EdgeVersion={current}, then try again."
            )
        value = self._secrets.get_secret_value(SecretId=self._name)["SecretString"]
        # A version of its own with the same value: the one before moves out of both stages.
        self._secrets.put_secret_value(SecretId=self._name, SecretString=value)

    def shown(self) -> list[str]:
        """The valid versions and their times."""
        found = self._versions()
        return [
            f"{stage} of {found[stage]['CreatedDate'].astimezone(UTC):%Y-%m-%d %H:%M}"
            for stage in (CURRENT, PREVIOUS)
            if stage in found
        ]

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
