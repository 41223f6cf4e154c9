"""Secrets that can be rotated, and their versions: the service key, the secret of the CDN, the keys of providers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from operations.refused import Refused
from operations.stack import Stack

STAGES = CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
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
        previous: what still reads the version before the current one.
        then: what the operator does next.
    """

    resource: str = ""
    parameter: str = ""
    frontend: bool = False
    field: str = ""
    served: str = ""
    prompt: str = ""
    previous: str = ""
    then: str = "Functions use the new version within five minutes."


NOT_YET_FETCHED = "by functions that fetched it in the last five minutes; all others use the current one only"
KINDS = {
    "service-key": Kind(
        resource="ServiceKey",
        previous="cursors, codes, sessions and browsers of web push that it signed or sealed are good; and hashes of "
        "former members are compared with it and with all replaced keys",
    ),
    "edge-secret": Kind(
        resource="EdgeProof",
        frontend=True,
        served="EdgeVersion",
        previous="the API trusts requests that carry it",
        then="Deploy infra/frontend.yaml with EdgeVersion set to the new one. Then run the command with --retire.",
    ),
    "payment-key": Kind(
        parameter="PaymentSecretArn",
        field="secretKey",
        prompt="The payment provider's new key",
        previous="webhooks that are signed with it are taken, and calls that the provider refuses with the current one "
        "are made with it",
        then="Functions use it within five minutes. Webhooks that are signed with the one before are taken.",
    ),
    "twilio-token": Kind(
        parameter="TwilioSecretArn",
        field="authToken",
        prompt="Twilio's secondary auth token",
        previous=NOT_YET_FETCHED,
        then="After five minutes promote it at Twilio, which ends the one before.",
    ),
    "expo-token": Kind(
        parameter="ExpoSecretArn",
        field="accessToken",
        prompt="Expo's new access token",
        previous=NOT_YET_FETCHED,
        then="After five minutes revoke the one before at Expo.",
    ),
}


@dataclass(frozen=True)
class Version:
    """A version of a secret.

    Attributes:
        stage: AWSCURRENT or AWSPREVIOUS; empty for one that was replaced twice.
        id: what Secrets Manager calls it.
        made: when it was made.
        value: what is in it; None where it has no stage, or the operator may not read it.
    """

    stage: str
    id: str
    made: datetime
    value: str | None = None

    @property
    def label(self) -> str:
        """Its stage, as operators read it."""
        return self.stage or "replaced"


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

    def check_service_key(self, *, disclosed: bool, now: datetime | None = None) -> None:
        """Refuse a rotation of the service key that comes too early.

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

    def rotate_service_key(self, *, disclosed: bool, now: datetime | None = None) -> None:
        """Make a new service key. The keys that it replaces stay in the lines after it, for hashes of former members.

        Args:
            disclosed: as of `check_service_key`.
            now: the time; by default that of this machine.

        Raises:
            Refused: the last rotation is too recent.
        """
        self.check_service_key(disclosed=disclosed, now=now)
        key = self._secrets.get_random_password(PasswordLength=KEY_LENGTH, ExcludePunctuation=True)["RandomPassword"]
        old = self._value()
        self._secrets.put_secret_value(SecretId=self._name, SecretString=f"{key}\n{old}")

    def replace_field(self, field: str, value: str) -> None:
        """Make a version of a JSON secret with another value of a field. The old one stays valid."""
        fields = json.loads(self._value())
        self._secrets.put_secret_value(SecretId=self._name, SecretString=json.dumps(fields | {field: value}))

    def check_replace(self, *, served: str) -> None:
        """Refuse another version of what CloudFront sends while CloudFront sends the one that would end by it.

        Args:
            served: the version that CloudFront sends; empty if its stack names none.

        Raises:
            Refused: the last rotation is not finished.
        """
        versions = {one.stage: one for one in self.versions()}
        current, previous = versions[CURRENT], versions.get(PREVIOUS)
        is_same = previous is not None and previous.value is not None and previous.value == current.value
        if previous is not None and served != current.id and not is_same:
            raise Refused(
                "CloudFront may still send the previous version, which nothing would trust any more. Deploy "
                f"infra/frontend.yaml with EdgeVersion={current.id}, then try again."
            )

    def replace(self) -> str:
        """Make a random version of a secret that is plain text; returns its id. The old one stays valid."""
        made = self._secrets.get_random_password(PasswordLength=EDGE_LENGTH, ExcludePunctuation=True)
        kept = self._secrets.put_secret_value(SecretId=self._name, SecretString=made["RandomPassword"])
        return str(kept["VersionId"])

    def check_retire(self, *, served: str | None = None) -> None:
        """Refuse to end the validity of the previous version where that would stop something.

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

    def retire(self, *, served: str | None = None) -> None:
        """End the validity of the previous version.

        Args:
            served: as of `check_retire`.

        Raises:
            Refused: there is none, or CloudFront still sends another than the current version.
        """
        self.check_retire(served=served)
        value = self._value()
        # A version of its own with the same value: the one before moves out of both stages.
        self._secrets.put_secret_value(SecretId=self._name, SecretString=value)

    def versions(self) -> list[Version]:
        """The versions that Secrets Manager still has, the current one first, those that were replaced last."""
        found = [Version(_stage(one), one["VersionId"], one["CreatedDate"]) for one in self._listed(deprecated=True)]
        found.sort(key=lambda one: (STAGES.index(one.stage) if one.stage else len(STAGES), one.made))
        return [replace(one, value=self._value_if_allowed(one.stage)) if one.stage else one for one in found]

    def check_undo(self) -> None:
        """Refuse to take the previous version where there is none.

        Raises:
            Refused: there is no previous version.
        """
        if PREVIOUS not in self._versions():
            raise Refused("There is no previous version.")

    def undo(self) -> None:
        """Make the previous version the current one again.

        Raises:
            Refused: there is no previous version.
        """
        self.check_undo()
        versions = self._versions()
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

    def _value(self, stage: str = CURRENT) -> str:
        return str(self._secrets.get_secret_value(SecretId=self._name, VersionStage=stage)["SecretString"])

    def _value_if_allowed(self, stage: str) -> str | None:
        """The value of a version; None for who may see that there is one, but not what it is."""
        try:
            return self._value(stage)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
            return None

    def _versions(self) -> dict[str, dict[str, Any]]:
        return {stage: one for one in self._listed() for stage in one.get("VersionStages", [])}

    def _listed(self, *, deprecated: bool = False) -> list[dict[str, Any]]:
        """The versions as Secrets Manager lists them, of all pages; `deprecated` ones have no stage."""
        found: list[dict[str, Any]] = []
        given: dict[str, Any] = {"SecretId": self._name, "IncludeDeprecated": deprecated}
        while True:
            page = self._secrets.list_secret_version_ids(**given)
            found += page["Versions"]
            if not page.get("NextToken"):
                return found
            given["NextToken"] = page["NextToken"]


def _stage(listed: dict[str, Any]) -> str:
    """Which of the two stages a version has, of those that Secrets Manager lists; empty if it has none."""
    return next((stage for stage in STAGES if stage in listed.get("VersionStages", [])), "")
