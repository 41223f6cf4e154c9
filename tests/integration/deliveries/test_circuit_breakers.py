"""Circuit breakers: open after five failures, probed after thirty seconds, closed by one success."""

from __future__ import annotations

import pytest

from khaya.platform.base import settings
from tests.integration.deliveries.conftest import Post, on_the_item
from tests.support.circuit_breakers import BreakerClock, forget_failures
from tests.support.counts import counted
from tests.support.records import known
from tests.support.stand_in import client, stored


@pytest.fixture
def broken(post: Post, breaker_clock: BreakerClock) -> Post:
    """Twilio has failed five times in a row, and two more messages wait."""
    post.prefer("whatsapp")
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 0})
    for _ in range(7):
        post.notify()
    assert post.run("whatsapp") == 7
    return post


def test_after_five_failures_in_a_row_the_provider_is_not_called(
    broken: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(broken.provider.asked) == 5
    assert broken.run("whatsapp") == 7
    assert len(broken.provider.asked) == 5


def test_an_open_circuit_is_counted_once(
    post: Post, breaker_clock: BreakerClock, capsys: pytest.CaptureFixture[str]
) -> None:
    post.prefer("whatsapp")
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 0})
    for _ in range(5):
        post.notify()
    post.run("whatsapp")
    assert counted(capsys.readouterr().out)["CircuitOpened"] == 1


def test_given_an_open_circuit_then_messages_wait_until_the_next_probe(
    broken: Post, breaker_clock: BreakerClock
) -> None:
    # given a circuit that has been open for ten of thirty seconds
    breaker_clock.tick(10)
    broken.waits.clear()
    # when a message arrives, then it waits the remaining twenty
    client("sqs").purge_queue(QueueUrl=broken.url)
    notification_id = broken.notify()
    assert broken.run("whatsapp") == 1
    assert broken.waits == [20]
    # and it is not claimed
    assert "whatsappSend" not in on_the_item(notification_id)


def test_after_thirty_seconds_one_message_probes_the_provider(broken: Post, breaker_clock: BreakerClock) -> None:
    breaker_clock.tick(30)
    assert broken.run("whatsapp") == 7
    assert len(broken.provider.asked) == 6
    breaker_clock.tick(29)
    assert broken.run("whatsapp") == 7
    assert len(broken.provider.asked) == 6


def test_after_a_successful_probe_all_messages_are_sent(broken: Post, breaker_clock: BreakerClock) -> None:
    broken.provider.be_well()
    assert broken.run("whatsapp") == 7, "the circuit is still open"
    breaker_clock.tick(30)
    assert broken.run("whatsapp") == 0
    assert broken.channels() == ["whatsapp"] * 7
    (state,) = [row for row in stored("tasks") if row["id"] == "circuit#whatsapp"]
    assert state["state"] == "CLOSED"


def test_one_successful_probe_closes_the_circuit(broken: Post, breaker_clock: BreakerClock) -> None:
    # given one message when the circuit may be probed
    client("sqs").purge_queue(QueueUrl=broken.url)
    broken.notify()
    broken.provider.be_well()
    breaker_clock.tick(30)
    # when it is sent
    assert broken.run("whatsapp") == 0
    # then the circuit is closed
    (state,) = [row for row in stored("tasks") if row["id"] == "circuit#whatsapp"]
    assert state["state"] == "CLOSED"


def test_an_open_circuit_holds_for_other_execution_environments(broken: Post) -> None:
    # given an environment without counted failures

    forget_failures()
    # when it handles messages
    assert broken.run("whatsapp") == 7
    # then it does not call the provider
    assert len(broken.provider.asked) == 5


def test_an_open_circuit_does_not_affect_other_channels(broken: Post) -> None:
    broken.prefer("push")
    broken.notify()
    assert broken.run("push") == 0
    assert "push" in broken.channels()


def test_invalid_addresses_do_not_open_the_circuit(
    post: Post, breaker_clock: BreakerClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLING_CODES", "+27,+1")
    settings.settings.cache_clear()
    post.prefer("whatsapp")
    known("person-1", phone="+15005550009")
    for _ in range(8):
        post.notify()
    assert post.run("whatsapp") == 0
    assert len(post.provider.asked) == 8
    assert stored("tasks") == []
