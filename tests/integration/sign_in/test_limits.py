"""How often sign-in may be tried, by whom it is counted, and whose word the client's address is."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import Answer, Context, Person, app
from tests.support.stand_in import stored

EDGE = "the-cdn-is-the-cdn"


def _limits(monkeypatch: pytest.MonkeyPatch, **limits: str) -> None:
    from khaya.platform.base import settings  # noqa: PLC0415 - after the environment is set

    for name, value in limits.items():
        monkeypatch.setenv(name.upper(), value)
    settings.settings.cache_clear()
    settings.settings.cache_clear()


def _from(address: str, path: str, body: dict[str, Any], **headers: str) -> Answer:
    """A visitor's request from a network address."""
    event = Person().event("POST", path, path, {}, body, headers=headers)
    event["requestContext"]["identity"] = {"sourceIp": address}
    answer = app("auth").handler(event, Context())
    found = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    return Answer(answer["statusCode"], None, found, answer["body"])


def _guess(number: int, address: str = "203.0.113.7", **headers: str) -> Answer:
    return _from(address, "/auth/tokens", {"username": f"+2784{number:07}", "password": "guessed-password"}, **headers)


@pytest.mark.parametrize("known", [True, False])
def test_five_tries_a_minute_for_one_person_whichever_way_they_try(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, known: bool
) -> None:
    # given
    somebody = Newcomer().settled(password="their-own-password") if known else Newcomer()
    _limits(monkeypatch, sign_ins_per_identity="5")
    clock.tick(seconds=20)
    # when five tries were made
    for _ in range(4):
        assert somebody.by_password("guessed-password").status == 401
    assert somebody.ask_code().status == 200
    # then no sixth is looked at, be it right, until the minute is over
    for refused in (somebody.by_password("their-own-password"), somebody.ask_code(), somebody.sign_up()):
        assert (refused.status, refused.headers["Retry-After"]) == (429, "40")
    clock.tick(seconds=40)
    assert somebody.by_password("their-own-password").status == (200 if known else 401)


def test_answers_to_codes_count_for_the_person_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    zanele = Newcomer().settled()
    _limits(monkeypatch, sign_ins_per_identity="5")
    first, second = zanele.ask_code().body["challenge"], zanele.ask_code().body["challenge"]
    mailbox.deliver()
    statuses = [zanele.answer(challenge, "000000").status for challenge in (first, second, first, second)]
    assert statuses == [401, 401, 401, 429]


def test_refreshing_counts_for_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    zanele, other = Newcomer().settled(), Newcomer().settled()
    _limits(monkeypatch, sign_ins_per_identity="5")
    assert [zanele.refresh().status for _ in range(6)] == [200] * 5 + [429]
    assert other.refresh().status == 200


def test_sixty_tries_a_minute_from_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    _limits(monkeypatch, sign_ins_per_address="3")
    assert [_guess(number).status for number in range(4)] == [401, 401, 401, 429]
    assert _guess(5, "203.0.113.8").status == 401


def test_an_ipv6_address_counts_as_the_network_that_its_holder_has(monkeypatch: pytest.MonkeyPatch) -> None:
    _limits(monkeypatch, sign_ins_per_address="1")
    assert _guess(1, "2001:db8:1:2::1").status == 401
    assert _guess(2, "2001:db8:1:2::ffff").status == 429
    assert _guess(3, "2001:db8:1:3::1").status == 401


def test_the_address_that_the_cdn_tells_counts_only_if_the_cdn_proves_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a CDN with a secret
    manager = boto3.client("secretsmanager")
    manager.create_secret(Name="edge", SecretString=EDGE)
    _limits(monkeypatch, sign_ins_per_address="1", edge_secret_arn="edge")
    told = {"CloudFront-Viewer-Address": "198.51.100.1:443"}
    # then clients behind it are counted each for themselves
    assert _guess(1, **told, **{"X-Khaya-Edge": EDGE}).status == 401
    assert _guess(2, **told, **{"X-Khaya-Edge": EDGE}).status == 429
    assert _guess(3, **{"CloudFront-Viewer-Address": "198.51.100.2:443", "X-Khaya-Edge": EDGE}).status == 401
    # and whoever only says that they are the CDN is counted by where they are
    assert _guess(4, **told).status == 401
    assert _guess(5, **{"CloudFront-Viewer-Address": "198.51.100.9:443", "X-Khaya-Edge": "guessed"}).status == 429
    manager.delete_secret(SecretId="edge", ForceDeleteWithoutRecovery=True)


def test_without_a_cdn_no_header_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    _limits(monkeypatch, sign_ins_per_address="1", edge_secret_arn="")
    told = {"CloudFront-Viewer-Address": "198.51.100.1:443", "X-Khaya-Edge": "", "X-Forwarded-For": "198.51.100.1"}
    assert _guess(1, **told).status == 401
    assert _guess(2).status == 429


def test_sign_in_is_refused_where_it_cannot_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.platform.base.errors import Unavailable  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set

    zanele = Newcomer().settled(password="their-own-password")
    _limits(monkeypatch, sign_ins_per_identity="5")

    def down(write: object) -> None:
        raise Unavailable

    monkeypatch.setattr(dynamo, "update_now", down)
    assert zanele.by_password("their-own-password").status == 503


def test_what_is_counted_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    zanele = Newcomer()
    _limits(monkeypatch, sign_ins_per_identity="5", sign_ins_per_address="60")
    zanele.by_password("guessed-password")
    zanele.sign_up()
    counts = [row for row in stored("challenges") if not row["id"].startswith("challenge#")]
    assert len(counts) == 3
    assert zanele.phone not in str(counts)


def test_text_messages_have_an_hourly_cap_for_all_together(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    # given two text messages an hour
    _limits(monkeypatch, sms_per_hour="2")
    # when three people sign up
    for _ in range(3):
        Newcomer().sign_up()
    # then two get a code, and the operator is told
    assert len(mailbox.deliver()) == 2
    assert "SmsCapReached" in capsys.readouterr().out
    # and e-mail still goes out, and in the next hour text messages do
    Newcomer().sign_up(channel="email", email="zanele@example.org")
    assert len(mailbox.deliver()) == 1
    clock.tick(hours=1)
    Newcomer().sign_up()
    assert len(mailbox.deliver()) == 1


def test_the_alarm_watches_the_metric_that_the_consumer_counts() -> None:
    from tests.support.template import resources  # noqa: PLC0415

    alarm = resources("AWS::CloudWatch::Alarm")["SmsCapAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Khaya", "SmsCapReached")
    variables = resources("AWS::Serverless::Function")["CodesFunction"]["Environment"]["Variables"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
