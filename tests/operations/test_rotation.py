"""What an operator reads of a secret before and after a rotation, on the AWS stand-in over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from operations import __main__ as commands
from operations.configuration import Configuration
from operations.refused import Refused
from operations.rotate import KINDS, Secret
from operations.rotation import Rotation
from tests.operations.test_secrets import FRONTEND, STACK, deployed, value

TEST_KEY, LIVE_KEY = "sk_test_0123456789", "sk_live_9876543210"
VALUES = {"payment-key": TEST_KEY, "twilio-token": "token-one", "expo-token": "token-one"}


@pytest.fixture
def secrets(session: boto3.Session) -> Any:
    return session.client("secretsmanager")


@pytest.fixture(scope="module", autouse=True)
def environment(session: boto3.Session) -> Iterator[None]:
    """An environment of dev with each secret that it can have."""
    names = {one.parameter: name for name, one in KINDS.items() if one.parameter}
    for parameter, name in names.items():
        fields = json.dumps({KINDS[name].field: VALUES[name]})
        session.client("secretsmanager").create_secret(Name=parameter, SecretString=fields)
    deployed(session, "khaya-dev", STACK, **{name: name for name in names})
    version = 'Parameters:\n  EdgeVersion: {Type: String, Default: ""}\n'
    deployed(boto3.Session(region_name="us-east-1"), "khaya-frontend-dev", version + FRONTEND)
    with patch.object(
        commands.configuration, "load", lambda _: Configuration("dev", "khaya-dev", "af-south-1", {}, {})
    ):
        yield


def rotate(*line: str, given: str = "") -> Result:
    return CliRunner().invoke(commands.operations, ["rotate", "dev", *line], input=given)


def parts(output: str) -> dict[str, list[str]]:
    """The lines of each part of the output, by the line that begins the part."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        if line.startswith("  "):
            found[[*found][-1]].append(line.strip())
        else:
            found[line] = []
    return found


def test_given_a_secret_when_rotated_then_its_state_before_and_after_is_shown(secrets: Any) -> None:
    shown = parts(rotate("payment-key", given="sk_test_second").output)
    ids = {
        stage: secrets.get_secret_value(SecretId="PaymentSecretArn", VersionStage=stage)["VersionId"]
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    }
    [only, none] = shown["before:"]
    assert only.startswith("AWSCURRENT")
    assert ids["AWSPREVIOUS"] in only
    assert only.endswith("a test key")
    assert none == "there is no version before"
    current, before, read = shown["after:"]
    assert ids["AWSCURRENT"] in current
    assert before.startswith("AWSPREVIOUS")
    assert ids["AWSPREVIOUS"] in before
    assert "webhooks that are signed with it are taken" in read


def versions(*clients: Any) -> dict[str, Any]:
    """The versions of all secrets and their stages, by the ARN of the secret."""
    return {
        one["ARN"]: one["SecretVersionsToStages"] for client in clients for one in client.list_secrets()["SecretList"]
    }


@pytest.mark.parametrize("kind", KINDS)
def test_given_a_plan_then_the_present_state_is_shown_and_what_would_become_of_it(secrets: Any, kind: str) -> None:
    before = versions(secrets, boto3.client("secretsmanager", "us-east-1"))
    shown = rotate(kind, "--plan")
    assert shown.exit_code == 0, shown.output
    [state, planned] = parts(shown.output)
    assert state == "before:"
    assert planned.startswith("a new version would be AWSCURRENT, and ")
    assert versions(secrets, boto3.client("secretsmanager", "us-east-1")) == before


def test_given_a_plan_that_would_be_refused_then_it_says_so() -> None:
    refused = rotate("twilio-token", "--retire", "--plan")
    assert refused.exit_code == 1
    assert "There is no previous version" in str(refused.exception or refused.output) + refused.output


def made(secrets: Any, name: str, first: str, *later: str) -> Secret:
    """A secret with versions of these values."""
    secrets.create_secret(Name=name, SecretString=first)
    for one in later:
        secrets.put_secret_value(SecretId=name, SecretString=one)
    return Secret(secrets, name)


def key(one: str) -> str:
    return json.dumps({"secretKey": one})


@pytest.mark.parametrize(
    ("environment_name", "first", "second", "current", "before"),
    [
        ("prod", LIVE_KEY, LIVE_KEY + "2", "a live key", "a live key"),
        (
            "prod",
            LIVE_KEY,
            TEST_KEY,
            "a test key, and prod needs a live key: payments answer 503",
            "a live key",
        ),
        ("prod", TEST_KEY, LIVE_KEY, "a live key", "a test key, and prod needs a live key: nothing uses it"),
        ("dev", LIVE_KEY, TEST_KEY, "a test key", "a live key, and dev needs a test key: nothing uses it"),
        ("dev", TEST_KEY, "", "without a key: payments answer 503", "a test key"),
        ("dev", "", TEST_KEY, "a test key", "without a key"),
    ],
)
def test_given_payment_keys_then_the_mode_of_each_version_is_shown_and_no_key(
    secrets: Any, environment_name: str, first: str, second: str, current: str, before: str
) -> None:
    secret = made(secrets, f"modes-{environment_name}-{first}-{second}", key(first), key(second))
    lines = [*Rotation("payment-key", secret, environment_name).state()]
    assert lines[0].endswith(f"  {current}")
    assert lines[1].endswith(f"  {before}")
    assert "sk_" not in "".join(lines)


def test_given_a_service_key_then_the_number_of_keys_for_hashes_is_shown_and_no_key(secrets: Any) -> None:
    secret = made(secrets, "keys", "two\none", "three\ntwo\none")
    current, before, read = Rotation("service-key", secret, "dev").state()
    assert current.endswith("with 2 replaced keys")
    assert before.endswith("with 1 replaced key")
    assert "hashes of former members" in read


class Kept:
    """Secrets Manager of AWS, which lists in pages, and also a version that was replaced twice; the stand-in does not."""

    def __init__(self, denial: str = "") -> None:
        self._denial = denial

    def list_secret_version_ids(self, **asked: Any) -> dict[str, Any]:
        pages: dict[str, dict[str, list[str]]] = {
            "": {"oldest": []},
            "second": {"old": ["AWSPREVIOUS"], "new": ["AWSCURRENT"]},
        }
        moment = datetime(2026, 11, 21, 8, tzinfo=UTC)
        page = asked.get("NextToken", "")
        versions = [
            {"VersionId": name, "CreatedDate": moment} | ({"VersionStages": of_it} if of_it else {})
            for name, of_it in pages[page].items()
        ]
        return {"Versions": versions} | ({} if page else {"NextToken": "second"})

    def get_secret_value(self, **asked: Any) -> dict[str, Any]:
        if self._denial:
            raise ClientError({"Error": {"Code": self._denial, "Message": "no"}}, "GetSecretValue")
        return {"SecretString": f"the value of {asked['VersionStage']}"}


def test_given_a_version_that_was_replaced_twice_then_it_is_shown_that_nothing_reads_it() -> None:
    lines = [*Rotation("edge-secret", Secret(Kept(), "kept"), "dev", "oldest").state()]
    assert [line.split()[0] for line in lines[:3]] == ["AWSCURRENT", "AWSPREVIOUS", "replaced"]
    assert lines[2] == "replaced     2026-11-21 08:00  oldest  nothing reads it"
    assert lines[-1] == "CloudFront sends oldest, which the API does not trust"


@pytest.mark.parametrize("kind", ["service-key", "payment-key"])
def test_given_an_operator_who_may_not_read_secrets_then_the_versions_are_shown_without_what_is_in_them(
    kind: str,
) -> None:
    current, before, replaced, read = Rotation(kind, Secret(Kept("AccessDeniedException"), "kept"), "dev").state()
    assert current == "AWSCURRENT   2026-11-21 08:00  new  you may not read it"
    assert before == "AWSPREVIOUS  2026-11-21 08:00  old  you may not read it"
    assert replaced.endswith("nothing reads it")
    assert read.startswith("the version before is still read: ")


def test_given_a_service_that_does_not_answer_then_the_state_is_not_made_up() -> None:
    with pytest.raises(ClientError):
        [*Rotation("service-key", Secret(Kept("InternalServiceError"), "kept"), "dev").state()]


def test_given_a_retired_version_then_no_older_value_is_said_to_be_good(secrets: Any) -> None:
    secret = made(secrets, "retired-state", key("sk_test_1"), key("sk_test_2"))
    secret.retire()
    assert "the version before has the same value, so that no older value is good" in [
        *Rotation("payment-key", secret, "dev").state()
    ]


def test_given_an_edge_secret_then_the_version_that_cloudfront_sends_is_shown(secrets: Any) -> None:
    secret = made(secrets, "edge-state", "first", "second")
    current, before = secret.versions()
    for served, expected in (
        (current.id, f"CloudFront sends {current.id}, AWSCURRENT"),
        (before.id, f"CloudFront sends {before.id}, AWSPREVIOUS"),
        ("", "CloudFront sends the version that was current when its stack was last changed: EdgeVersion is empty"),
    ):
        assert [*Rotation("edge-secret", secret, "dev", served).state()][-1] == expected


def test_given_a_payment_key_of_the_other_mode_when_it_is_given_then_it_is_refused(secrets: Any) -> None:
    before = value(secrets, "PaymentSecretArn")
    refused = rotate("payment-key", given=LIVE_KEY)
    assert refused.exit_code == 1
    assert "dev needs a test key" in str(refused.exception) + refused.output
    assert value(secrets, "PaymentSecretArn") == before


def test_given_a_payment_key_of_the_other_mode_when_it_would_be_taken_again_then_it_is_refused(secrets: Any) -> None:
    secret = made(secrets, "undone-mode", key(LIVE_KEY), key(TEST_KEY))
    with pytest.raises(Refused, match="dev needs a test key"):
        Rotation("payment-key", secret, "dev", undo=True).check()
    Rotation("payment-key", secret, "prod", undo=True).check()


def test_given_an_edge_secret_whose_last_rotation_is_not_finished_then_it_is_not_rotated_again(secrets: Any) -> None:
    # given a first rotation: nothing else was valid before it, so CloudFront is not cut off
    secret = made(secrets, "edge-again", "first")
    first = secret.versions()[0].id
    for served in ("", first):
        Rotation("edge-secret", secret, "dev", served).check()
    second = secret.replace()
    # when CloudFront may still send the version before, then another rotation would end it
    for served in ("", first):
        with pytest.raises(Refused, match=f"EdgeVersion={second}"):
            Rotation("edge-secret", secret, "dev", served).check()
    # and it is rotated again once CloudFront sends the current one, also after the one before was retired
    Rotation("edge-secret", secret, "dev", second).check()
    secret.retire(served=second)
    Rotation("edge-secret", secret, "dev", second).check()
