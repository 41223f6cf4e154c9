"""Rate limits of sign-in per identity and address, and the trusted source of the client's address."""

from __future__ import annotations

import pytest

from khaya.channels import store as counts
from khaya.platform.base import clock as khaya_clock
from khaya.platform.base import settings
from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer, call_from, set_limits
from tests.support import mailbox
from tests.support.client import Answer
from tests.support.stand_in import client, stored

EDGE = "the-cdn-is-the-cdn"


def _guess(number: int, address: str = "203.0.113.7", **headers: str) -> Answer:
    return call_from(
        address, "/auth/tokens", {"username": f"+2784{number:07}", "password": "guessed-password"}, **headers
    )


@pytest.mark.parametrize("known", [True, False])
def test_given_five_sign_in_calls_in_a_minute_when_one_more_is_made_then_429(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, known: bool
) -> None:
    # given a limit of five calls
    somebody = Newcomer().signed_in(password="their-own-password") if known else Newcomer()
    set_limits(monkeypatch, sign_ins_per_identity="5")
    clock.tick(seconds=20)
    # when five calls were made
    for _ in range(3):
        assert somebody.by_password("guessed-password").status == 401
    for _ in range(2):
        assert somebody.ask_code().status == 200
    # then every further call is refused until the minute is over
    for refused in (somebody.by_password("their-own-password"), somebody.ask_code(), somebody.sign_up()):
        assert (refused.status, refused.headers["Retry-After"]) == (429, "40")
    clock.tick(seconds=40)
    assert somebody.by_password("their-own-password").status == (200 if known else 401)


def test_answers_to_codes_count_for_the_identity_of_the_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    zanele = Newcomer().signed_in()
    set_limits(monkeypatch, sign_ins_per_identity="5")
    first, second = zanele.ask_code().body["challenge"], zanele.ask_code().body["challenge"]
    mailbox.deliver()
    statuses = [zanele.answer(challenge, "000000").status for challenge in (first, second, first, second)]
    assert statuses == [401, 401, 401, 429]


def test_refreshes_count_for_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    zanele, other = Newcomer().signed_in(), Newcomer().signed_in()
    set_limits(monkeypatch, sign_ins_per_identity="5")
    assert [zanele.refresh().status for _ in range(6)] == [200] * 5 + [429]
    assert other.refresh().status == 200


def test_given_too_many_calls_from_one_address_then_429(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_address="3")
    assert [_guess(number).status for number in range(4)] == [401, 401, 401, 429]
    assert _guess(5, "203.0.113.8").status == 401


def test_ipv6_addresses_of_one_64_network_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_address="1")
    assert _guess(1, "2001:db8:1:2::1").status == 401
    assert _guess(2, "2001:db8:1:2::ffff").status == 429
    assert _guess(3, "2001:db8:1:3::1").status == 401


def test_an_ipv4_address_written_as_ipv6_counts_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_address="1")
    assert _guess(1, "192.0.2.1").status == 401
    assert _guess(2, "::ffff:192.0.2.1").status == 429
    assert _guess(3, "::ffff:192.0.2.2").status == 401


def test_the_cdns_address_header_is_used_only_with_the_cdns_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a CDN with a secret
    manager = client("secretsmanager")
    manager.create_secret(Name="edge", SecretString=EDGE)
    set_limits(monkeypatch, sign_ins_per_address="1", edge_secret="edge")
    viewer = {"X-Khaya-Viewer": "198.51.100.1"}
    # then its clients are counted separately
    assert _guess(1, **viewer, **{"X-Khaya-Edge": EDGE}).status == 401
    assert _guess(2, **viewer, **{"X-Khaya-Edge": EDGE}).status == 429
    assert _guess(3, **{"X-Khaya-Viewer": "198.51.100.2", "X-Khaya-Edge": EDGE}).status == 401
    # and without the secret the address of the gateway is counted
    assert _guess(4, **viewer).status == 401
    assert _guess(5, **{"X-Khaya-Viewer": "198.51.100.9", "X-Khaya-Edge": "guessed"}).status == 429
    manager.delete_secret(SecretId="edge", ForceDeleteWithoutRecovery=True)


def test_given_a_rotated_secret_of_the_cdn_then_the_one_before_is_taken_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a secret that was rotated twice
    manager = client("secretsmanager")
    manager.create_secret(Name="edge", SecretString="the-first-secret")
    for later in (EDGE, "the-third-secret"):
        manager.put_secret_value(SecretId="edge", SecretString=later)
    set_limits(monkeypatch, sign_ins_per_address="1", edge_secret="edge")
    # then the CDN is known by the present one and the one before
    viewers = (f"198.51.100.{number}" for number in range(1, 9))
    for number, proof in enumerate((EDGE, "the-third-secret", "the-first-secret")):
        headers = {"X-Khaya-Viewer": next(viewers), "X-Khaya-Edge": proof}
        assert _guess(number, **headers).status == 401
    # and not by an older one, whose call was counted for the gateway's address
    assert _guess(9).status == 429
    manager.delete_secret(SecretId="edge", ForceDeleteWithoutRecovery=True)


@pytest.mark.parametrize("secret", ["", "edge"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "198.51.100.1"},
        {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"},
        {"Forwarded": "for=198.51.100.1"},
        {"X-Real-IP": "198.51.100.1"},
        {"True-Client-IP": "198.51.100.1"},
        {"CF-Connecting-IP": "198.51.100.1"},
        {"X-Client-IP": "198.51.100.1"},
        {"CloudFront-Viewer-Address": "198.51.100.1:443", "X-Khaya-Edge": EDGE},
        {"X-Khaya-Viewer": "198.51.100.1"},
        {"X-Khaya-Viewer": "198.51.100.1", "X-Khaya-Edge": ""},
        {"X-Khaya-Viewer": "198.51.100.1", "X-Khaya-Edge": "guessed"},
        {"X-Khaya-Viewer": "198.51.100.1", "x-khaya-edge": EDGE[:-1]},
        {"X-Khaya-Edge": EDGE, "X-Forwarded-For": "198.51.100.1"},
    ],
    ids=str,
)
def test_the_address_is_the_gateways_whatever_headers_a_client_sets(
    secret: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a deployment with or without a CDN
    manager = client("secretsmanager")
    manager.create_secret(Name="edge", SecretString=EDGE)
    set_limits(monkeypatch, sign_ins_per_address="1", edge_secret=secret)
    # when a client sends headers about its address
    assert _guess(1, **headers).status == 401
    # then it counts for the address that the gateway saw
    assert _guess(2).status == 429
    assert _guess(3, "198.51.100.1").status == 401
    manager.delete_secret(SecretId="edge", ForceDeleteWithoutRecovery=True)


def test_given_no_cdn_then_address_headers_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sign_ins_per_address="1", edge_secret="")
    viewer = {"X-Khaya-Viewer": "198.51.100.1", "X-Khaya-Edge": "", "X-Forwarded-For": "198.51.100.1"}
    assert _guess(1, **viewer).status == 401
    assert _guess(2).status == 429


def test_given_a_counter_that_cannot_be_written_when_a_person_signs_in_then_503(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zanele = Newcomer().signed_in(password="their-own-password")
    set_limits(monkeypatch, sign_ins_per_identity="5")

    def down(write: object) -> None:
        raise Unavailable

    monkeypatch.setattr(dynamo, "update_now", down)
    assert zanele.by_password("their-own-password").status == 503


def test_rate_limit_counters_contain_no_personal_data(monkeypatch: pytest.MonkeyPatch) -> None:
    zanele = Newcomer()
    set_limits(monkeypatch, sign_ins_per_identity="5", sign_ins_per_address="60")
    zanele.by_password("guessed-password")
    zanele.sign_up()
    counts = [row for row in stored("challenges") if not row["id"].startswith("challenge#")]
    assert len(counts) == 6
    assert zanele.phone not in str(counts)


def test_given_the_hourly_cap_of_text_messages_when_it_is_reached_then_no_more_are_sent(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    # given two text messages an hour
    set_limits(monkeypatch, sms_per_hour="2")
    # when three people sign up
    for _ in range(3):
        Newcomer().sign_up()
    # then two get a code, and an operator is called
    assert len(mailbox.deliver()) == 2
    assert "sms_cap_reached" in capsys.readouterr().out
    # and e-mails are still sent, and text messages again in the next hour
    Newcomer().sign_up(channel="email", email="zanele@example.org")
    assert len(mailbox.deliver()) == 1
    clock.tick(hours=1)
    Newcomer().sign_up()
    assert len(mailbox.deliver()) == 1


@pytest.mark.parametrize(
    ("channel", "limits", "clock_hours", "period"),
    [
        ("sms", {"sms_per_hour": "1"}, 1, "this hour"),
        ("whatsapp", {"whatsapp_per_hour": "1"}, 1, "this hour"),
        ("sms", {"sms_rand_per_month": "1", "sms_price_cents": "100"}, 24 * 11, "this month"),
        ("whatsapp", {"whatsapp_rand_per_month": "1", "whatsapp_price_cents": "60"}, 24 * 11, "this month"),
    ],
)
def test_given_a_channel_at_its_limit_then_codes_by_it_are_refused_with_the_way_that_is_left(
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
    channel: str,
    limits: dict[str, str],
    clock_hours: int,
    period: str,
) -> None:
    # given a channel whose only message was sent
    monkeypatch.setenv("TWILIO_SECRET_ARN", "twilio")
    set_limits(monkeypatch, **limits)
    counts.count(channel, "123456 is your Khaya code.", khaya_clock.now())
    # when codes are asked for, for a new person and for somebody unknown
    answers = [Newcomer().sign_up(channel=channel), Newcomer().ask_code(channel=channel)]
    # then the answers say so, and are the same
    for answer in answers:
        assert (answer.status, answer.body["code"]) == (503, "channel_exhausted")
        assert answer.body["params"]["channel"] == channel
        assert period in answer.body["detail"]
        assert "by e-mail" in answer.body["detail"]
        assert 0 < int(answer.headers["Retry-After"]) <= 31 * 24 * 3600
    reason = f"{channel}_{'cap_reached' if period == 'this hour' else 'budget_spent'}"
    assert reason in capsys.readouterr().out, "an operator is called"
    # and by e-mail codes are sent
    assert Newcomer().sign_up(channel="email", email="zanele@example.org").status == 200
    assert len(mailbox.deliver()) == 1
    # and later by the channel again
    clock.tick(hours=clock_hours)
    assert Newcomer().sign_up(channel=channel).status == 200


def test_given_a_limit_then_concurrent_counts_never_exceed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, sms_per_hour="10", sms_rand_per_month="3", sms_price_cents="50")
    counted = 0
    for _ in range(12):
        try:
            counts.count("sms", "123456", khaya_clock.now())
        except counts.BudgetSpent:
            continue
        counted += 1
    assert counted == 6


FOREIGN = ["+4479460000001", "+14155550100", "+263771234567", "+2681234567", "0044 7946 000 0001"]


@pytest.mark.parametrize("phone", FOREIGN)
@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_a_sign_up_from_a_country_that_is_not_served_is_refused(
    monkeypatch: pytest.MonkeyPatch, phone: str, channel: str
) -> None:
    monkeypatch.setenv("TWILIO_SECRET_ARN", "twilio")
    settings.settings.cache_clear()
    answer = Newcomer(phone).sign_up(channel=channel, email="zanele@example.org")
    assert (answer.status, answer.fields) == (422, {"phone"})
    (problem,) = answer.body["errors"]
    assert (problem["code"], problem["params"]) == ("country_not_served", {"callingCodes": "+27"})
    assert mailbox.deliver() == []


@pytest.mark.parametrize("phone", FOREIGN)
def test_a_phone_of_a_country_that_is_not_served_is_refused_at_a_change_and_for_codes(phone: str) -> None:
    me = Newcomer().signed_in().person
    answer = me.post("/auth/contacts", {"phone": phone})
    assert (answer.status, answer.fields) == (422, {"phone"})
    asked = Newcomer(phone).ask_code()
    assert (asked.status, asked.fields) == (422, {"username"})


def test_given_further_calling_codes_then_their_people_may_sign_up(monkeypatch: pytest.MonkeyPatch) -> None:
    set_limits(monkeypatch, calling_codes="+27,+263")
    assert Newcomer("+263771234567").sign_up().status == 200
    assert [one.to for one in mailbox.deliver()] == ["+263771234567"]
    assert Newcomer("+267712345678").sign_up().status == 422
