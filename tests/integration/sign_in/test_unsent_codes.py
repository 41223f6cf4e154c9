"""The limits of messages, where a code was not sent: what it cost is given back, unless it may have been sent."""

from __future__ import annotations

from typing import Any

import pytest

from khaya import channels
from khaya.channels import Channel, ChannelDown, ChannelMessage, Undeliverable, Unsure
from khaya.platform.base.errors import Unavailable, WriteConflict
from khaya.sign_in import delivery
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer, set_limits
from tests.support import mailbox
from tests.support.stand_in import stored

DOWN, UNSURE, REFUSED, SENT = ChannelDown("busy"), Unsure("no answer"), Undeliverable("no such number"), None


@pytest.fixture(autouse=True)
def limited(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setenv("TWILIO_SECRET_ARN", "twilio")
    monkeypatch.setattr(delivery.time, "sleep", lambda _: None)
    limits = {"sms_per_hour": "9", "sms_rand_per_month": "9", "sms_price_cents": "50"}
    set_limits(monkeypatch, **limits, **{name.replace("sms", "whatsapp"): value for name, value in limits.items()})


def counted() -> list[int]:
    """The messages in the hour, and the cents in the month."""
    return sorted(int(row["counted"]) for row in stored("challenges") if row["id"].startswith(("sms#", "whatsapp#")))


def script(monkeypatch: pytest.MonkeyPatch, *outcomes: Exception | None) -> None:
    """Let the attempts to send end like this."""
    left = iter(outcomes)

    def deliver(channel: Channel, message: ChannelMessage) -> str:
        outcome = next(left)
        if outcome is not None:
            raise outcome
        return "reference"

    monkeypatch.setattr(channels, "deliver", deliver)


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
@pytest.mark.parametrize(
    ("outcomes", "error", "left"),
    [
        ([SENT], None, [1, 50]),
        ([DOWN, SENT], None, [1, 50]),
        ([DOWN, DOWN, DOWN], ChannelDown, [0, 0]),
        ([REFUSED], None, [0, 0]),
        ([DOWN, REFUSED], None, [0, 0]),
        ([UNSURE, UNSURE, UNSURE], Unsure, [1, 50]),
        ([UNSURE, DOWN, DOWN], Unsure, [1, 50]),
        ([DOWN, UNSURE, DOWN], Unsure, [1, 50]),
        ([UNSURE, REFUSED], Unsure, [1, 50]),
        ([UNSURE, SENT], None, [1, 50]),
    ],
)
def test_a_code_that_was_certainly_not_sent_costs_nothing(
    channel: str,
    outcomes: list[Exception | None],
    error: type[Exception] | None,
    left: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    challenge = Newcomer().sign_up(channel=channel).body["challenge"]
    script(monkeypatch, *outcomes)
    if error is None:
        delivery.send(challenge, "2026-11-21T08:00:00.000Z")
    else:
        with pytest.raises(error) as raised:
            delivery.send(challenge, "2026-11-21T08:00:00.000Z")
        assert raised.type is error
    assert counted() == left


def test_an_outage_of_a_provider_does_not_use_up_the_month(monkeypatch: pytest.MonkeyPatch) -> None:
    # given an outage in which codes are tried more often than the limit allows
    zanele = Newcomer()
    challenge = zanele.sign_up().body["challenge"]
    with monkeypatch.context() as outage:
        for _ in range(20):
            script(outage, DOWN, DOWN, DOWN)
            with pytest.raises(ChannelDown):
                delivery.send(challenge, "2026-11-21T08:00:00.000Z")
    # when it is over, then the code is sent
    assert zanele.answer(challenge, mailbox.deliver()[0].code).status == 200


@pytest.mark.parametrize("fault", [WriteConflict(), Unavailable()])
def test_a_code_that_could_not_be_stored_costs_nothing(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = Newcomer().sign_up().body["challenge"]

    def failing(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(delivery.store, "set_code", failing)
    try:
        delivery.send(challenge, "2026-11-21T08:00:00.000Z")
    except Unavailable:
        assert isinstance(fault, Unavailable)
    assert counted() == [0, 0]
