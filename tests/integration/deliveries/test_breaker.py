"""A provider that fails is left alone for a while, then asked once, and used again when that went well."""

from __future__ import annotations

import pytest

from tests.integration.deliveries.conftest import BreakersTime, Post, on_the_item
from tests.support.stand_in import client, stored


@pytest.fixture
def broken(post: Post, breakers_time: BreakersTime) -> Post:
    """Twilio failed five times in a row, and two more messages wait."""
    post.prefer("whatsapp")
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 0})
    for _ in range(7):
        post.notify()
    assert post.run("whatsapp") == 7
    return post


def test_after_five_failures_in_a_row_nobody_is_asked_any_more(
    broken: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(broken.provider.asked) == 5
    assert broken.run("whatsapp") == 7
    assert len(broken.provider.asked) == 5


def test_the_operator_is_told_that_a_circuit_opened(
    post: Post, breakers_time: BreakersTime, capsys: pytest.CaptureFixture[str]
) -> None:
    post.prefer("whatsapp")
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503, "times": 0})
    for _ in range(5):
        post.notify()
    post.run("whatsapp")
    assert capsys.readouterr().out.count('"CircuitOpened":[1.0]') == 1


def test_what_comes_meanwhile_waits_at_least_until_the_circuit_may_close(
    broken: Post, breakers_time: BreakersTime
) -> None:
    # given the circuit has been open for ten seconds of thirty
    breakers_time.tick(10)
    broken.waits.clear()
    # when a message comes for the first time, then it waits the twenty that are left
    client("sqs").purge_queue(QueueUrl=broken.url)
    notification_id = broken.notify()
    assert broken.run("whatsapp") == 1
    assert broken.waits == [20]
    # and it is not claimed: nothing was tried
    assert "whatsappSend" not in on_the_item(notification_id)


def test_one_is_let_through_to_see_and_while_it_fails_no_other(broken: Post, breakers_time: BreakersTime) -> None:
    breakers_time.tick(30)
    assert broken.run("whatsapp") == 7
    assert len(broken.provider.asked) == 6
    breakers_time.tick(29)
    assert broken.run("whatsapp") == 7
    assert len(broken.provider.asked) == 6


def test_when_it_is_answered_well_everything_goes_out(broken: Post, breakers_time: BreakersTime) -> None:
    broken.provider.be_well()
    assert broken.run("whatsapp") == 7, "not before its time"
    breakers_time.tick(30)
    assert broken.run("whatsapp") == 0
    assert broken.channels() == ["whatsapp"] * 7
    (state,) = [row for row in stored("tasks") if row["id"] == "circuit#whatsapp"]
    assert state["state"] == "CLOSED"


def test_one_good_answer_closes_it(broken: Post, breakers_time: BreakersTime) -> None:
    # given only one message is there when the circuit may be tried
    client("sqs").purge_queue(QueueUrl=broken.url)
    broken.notify()
    broken.provider.be_well()
    breakers_time.tick(30)
    # when it goes out
    assert broken.run("whatsapp") == 0
    # then that is enough
    (state,) = [row for row in stored("tasks") if row["id"] == "circuit#whatsapp"]
    assert state["state"] == "CLOSED"


def test_another_running_function_knows_of_it(broken: Post) -> None:
    # given a function that has seen nothing fail
    from tests.integration.deliveries.conftest import _forget_failures  # noqa: PLC0415

    _forget_failures()
    # when it has a message
    assert broken.run("whatsapp") == 7
    # then it asks nobody either
    assert len(broken.provider.asked) == 5


def test_one_channels_circuit_is_no_others(broken: Post) -> None:
    broken.prefer("push")
    broken.notify()
    assert broken.run("push") == 0
    assert "push" in broken.channels()


def test_addresses_that_are_wrong_open_no_circuit(post: Post, breakers_time: BreakersTime) -> None:
    from tests.support.records import known  # noqa: PLC0415

    post.prefer("whatsapp")
    known("person-1", phone="+15005550009")
    for _ in range(8):
        post.notify()
    assert post.run("whatsapp") == 0
    assert len(post.provider.asked) == 8
    assert stored("tasks") == []
