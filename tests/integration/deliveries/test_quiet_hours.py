"""The quiet hours, 22:00 to 07:00 in South Africa: what can wait does, and goes out in the morning, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from tests.conftest import Clock
from tests.integration.deliveries.conftest import Post, on_the_item

EVENING = datetime(2026, 11, 21, 19, 59, 59, 999_000, tzinfo=UTC)
"""A millisecond before 22:00."""
NIGHT = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
"""Half past midnight."""
MORNING = "2026-11-22T05:00:00.000Z"


def _release(time_is_left: bool = True) -> int:
    from khaya.deliveries import service  # noqa: PLC0415
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set

    return service.release_due(clock.now(), lambda: time_is_left)


@pytest.mark.parametrize(
    ("moment", "goes_out"),
    [
        (EVENING, True),
        (datetime(2026, 11, 21, 20, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 22, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 4, 59, 59, 999_000, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 5, tzinfo=UTC), True),
    ],
)
def test_what_can_wait_goes_out_only_by_day(post: Post, clock: Clock, moment: datetime, goes_out: bool) -> None:
    clock.moment = moment
    notification_id = post.notify()
    post.run()
    assert bool(post.sent()) == goes_out
    if not goes_out:
        assert on_the_item(notification_id)["dueAt"] == MORNING
        assert [post.waiting(queue) for queue in ("whatsapp", "email", "push")] == [0, 0, 0]


def test_what_is_urgent_goes_out_at_night(post: Post, clock: Clock) -> None:
    clock.moment = NIGHT
    post.notify("jobCancelled", params={"jobTitle": "Fix a tap", "by": "buyer"})
    post.run()
    assert post.channels() == ["email", "push", "push", "whatsapp"]
    assert {one["priority"] for one in post.provider.expo.sent} == {"high"}


def test_what_waited_goes_out_in_the_morning_once(post: Post, clock: Clock) -> None:
    # given two notices of the night
    clock.moment = NIGHT
    post.notify()
    post.notify()
    # when a sweep comes before seven, then nothing moves
    clock.moment = datetime(2026, 11, 22, 4, 59, 59, tzinfo=UTC)
    assert _release() == 0
    # and at seven they go
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 2
    assert _release() == 0
    assert post.run() == 0
    assert post.channels() == ["email"] * 2 + ["push"] * 4 + ["whatsapp"] * 2


def test_what_is_handed_over_again_in_the_night_waits_once(post: Post, clock: Clock) -> None:
    clock.moment = NIGHT
    notification_id = post.notify()
    post.enqueue(notification_id)
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 1
    post.run()
    assert post.channels() == ["email", "push", "push", "whatsapp"]


def test_what_was_put_back_in_the_evening_does_not_wake_anybody(post: Post, clock: Clock) -> None:
    # given WhatsApp was down at a minute to ten, and e-mail was not
    clock.moment = EVENING
    post.prefer("whatsapp", "email")
    post.provider.fail({"provider": "twilio", "kind": "status", "status": 503})
    notification_id = post.notify()
    assert post.run() == 1
    # when it is tried again after ten
    clock.tick(seconds=15)
    assert post.run() == 0
    # then it waits, by that channel alone
    assert post.channels() == ["email"]
    assert on_the_item(notification_id)["held"] == {"whatsapp"}
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 1
    post.run()
    assert post.channels() == ["email", "whatsapp"]


def test_what_may_have_gone_out_in_the_evening_is_not_sent_in_the_morning(post: Post, clock: Clock) -> None:
    # given WhatsApp was handed a notice and nobody knows how that ended, and push waits until the morning
    clock.moment = EVENING
    post.prefer("whatsapp", "push")
    post.provider.fail({"provider": "twilio", "kind": "drop"})
    notification_id = post.notify()
    post.run("whatsapp")
    clock.tick(seconds=15)
    assert post.run("whatsapp") == 1
    assert post.run("push") == 0
    assert on_the_item(notification_id)["held"] == {"push"}
    # when the morning comes, and the claim is old
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    _release()
    # then push goes out, and WhatsApp has only the message that was there before
    assert post.run("push") == 0
    assert post.channels() == ["push", "push", "whatsapp"]
    assert post.waiting("whatsapp") == 1


def test_an_interrupted_release_goes_on_with_the_next(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given three that wait
    from khaya.deliveries import service  # noqa: PLC0415

    clock.moment = NIGHT
    for _ in range(3):
        post.notify()
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    # when a run has no time, and one dies after it has filled the queues
    assert _release(time_is_left=False) == 0
    with monkeypatch.context() as crash:
        crash.setattr(service.store, "release", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            _release()
    # then the next does what is left, and each goes out once
    assert _release() == 3
    for _ in range(3):
        post.run()
    assert post.channels() == ["email"] * 3 + ["push"] * 6 + ["whatsapp"] * 3


def test_more_than_a_page_is_released(post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    from khaya.deliveries import store  # noqa: PLC0415

    monkeypatch.setattr(store, "_PAGE", 2)
    monkeypatch.setattr(store, "SHARDS", 2)
    clock.moment = NIGHT
    post.prefer("email")
    for _ in range(11):
        post.notify()
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 11
    assert post.waiting("email") == 11


def test_what_begins_to_wait_while_the_morning_comes_is_not_lost(
    post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khaya.deliveries import queues, store  # noqa: PLC0415

    # given a notice that waits, and a channel that is put to wait just after the sweep has read what is due
    clock.moment = NIGHT
    post.prefer("push")
    notification_id = post.notify()
    handed_over = queues.send

    def send(queue: str, ids: list[str]) -> None:
        handed_over(queue, ids)  # type: ignore[arg-type]
        if queue == "push":
            dynamo.commit([store.hold(notification_id, ["email"], MORNING)], new_id())

    monkeypatch.setattr(queues, "send", send)
    # when the sweep hands over what it read
    clock.moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert _release() == 0
    # then the next one finds the other channel
    monkeypatch.setattr(queues, "send", handed_over)
    assert _release() == 1
    assert post.waiting("email") == 1
