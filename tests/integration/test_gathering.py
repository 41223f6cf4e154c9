"""What happens about one thing within ten minutes is one notification with a count, and one more message at the end."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.deliveries import queues as delivery_queues
from khaya.notices import service
from khaya.platform.base.models import Item
from tests.conftest import Clock
from tests.support import stand_in, streams
from tests.support.client import Person
from tests.support.records import place_bid, post_job
from tests.support.stories import submit_story
from tests.support.streams import follow

OWNER = Person("owner", ("buyer",))
WORKER = Person("worker", ("worker",))
ADMIN = Person("admin", ("admin",))
CHANGED = {"description": "It drips all night, and now the wall is wet as well."}


class Queued:
    """The messages to channels: consumer, notification and delay."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[tuple[str, str, int]] = []
        real = delivery_queues.queues.send

        def send(queue: str, messages: Any) -> None:
            if queue == "deliveries":
                self.messages += [(one.consumer, one.body["notificationId"], one.delay_seconds) for one in messages]
            real(queue, messages)

        monkeypatch.setattr(delivery_queues.queues, "send", send)

    def delays(self, channel: str = "whatsapp") -> list[int]:
        return [delay for consumer, _, delay in self.messages if consumer == channel]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Queued:
    streams.make_queues()
    return Queued(monkeypatch)


def bidder(number: int) -> Person:
    return Person(f"worker-{number}", ("worker",))


def inbox(person: Person) -> dict[str, Any]:
    body: dict[str, Any] = person.get("/notifications", query={"limit": "50"}).body
    assert sum(not item["read"] for item in body["items"]) == body["unreadCount"]
    return body


def items(person: Person, kind: str) -> list[dict[str, Any]]:
    return [item for item in inbox(person)["items"] if item["kind"] == kind]


def counts(person: Person, kind: str = "bidReceived") -> list[int]:
    return [item["data"].get("count", 1) for item in items(person, kind)]


def bid_once(job: str, number: int) -> str:
    bid = place_bid(bidder(number), job)
    follow("notices")
    return bid


def test_bids_within_ten_minutes_are_one_row_whose_count_and_time_move(clock: Clock, queued: Queued) -> None:
    # given a job with a bid, which the owner has read
    job = post_job(OWNER)
    bid_once(job, 1)
    (first,) = items(OWNER, "bidReceived")
    assert (first["title"], first["createdAt"], first["updatedAt"]) == (
        "New bid of R400",
        "2026-11-21T08:00:00.000Z",
        "2026-11-21T08:00:00.000Z",
    )
    OWNER.post(f"/notifications/{first['id']}/read")
    # when two more bids come within ten minutes
    clock.tick(minutes=4)
    bid_once(job, 2)
    clock.tick(minutes=5)
    latest = bid_once(job, 3)
    # then the row has changed and is unread again
    body = inbox(OWNER)
    (row,) = body["items"]
    assert body["unreadCount"] == 1
    assert row["id"] == first["id"]
    assert (row["title"], row["read"]) == ("3 new bids", False)
    assert row["text"] == 'Your job "Fix a leaking tap" has 3 new bids. The latest is R400.'
    assert row["data"] == {"jobId": job, "bidId": latest, "count": 3}
    assert (row["createdAt"], row["updatedAt"]) == ("2026-11-21T08:00:00.000Z", "2026-11-21T08:09:00.000Z")
    # and each channel was asked to send it at once, and once more when the ten minutes end
    assert queued.delays("whatsapp") == [0, 362]
    assert queued.delays("email") == [0, 362]


def test_one_bid_alone_is_sent_once(clock: Clock, queued: Queued) -> None:
    bid_once(post_job(OWNER), 1)
    assert queued.delays() == [0]


@pytest.mark.parametrize(("minutes", "rows"), [(9, [2]), (10, [1, 1]), (60, [1, 1])])
def test_the_ten_minutes_begin_with_the_first(minutes: int, rows: list[int], clock: Clock, queued: Queued) -> None:
    job = post_job(OWNER)
    bid_once(job, 1)
    clock.tick(minutes=minutes)
    bid_once(job, 2)
    assert counts(OWNER) == rows


def test_the_count_is_in_the_readers_language(clock: Clock, queued: Queued) -> None:
    OWNER.put("/notifications/preferences", {"language": "zu"})
    job = post_job(OWNER)
    bid_once(job, 1)
    bid_once(job, 2)
    assert items(OWNER, "bidReceived")[0]["title"] == "Iziphakamiso ezintsha ezingu-2"


def test_other_jobs_other_people_and_other_kinds_have_their_own_rows(clock: Clock, queued: Queued) -> None:
    other = Person("other-owner", ("buyer",))
    job, second, third = post_job(OWNER), post_job(OWNER), post_job(other)
    for one in (job, second, third):
        bid_once(one, 1)
        bid_once(one, 2)
    assert counts(OWNER) == [2, 2]
    assert counts(other) == [2]


def test_a_worker_who_bids_and_withdraws_again_and_again_is_two_rows(clock: Clock, queued: Queued) -> None:
    # given a worker who bids four times on one job and withdraws in between
    job = post_job(OWNER)
    for _ in range(3):
        bid = bid_once(job, 1)
        assert bidder(1).post(f"/bids/{bid}/withdrawal").status == 200
        follow("notices")
    bid_once(job, 1)
    # then there is one row of bids and one of withdrawals, and two messages of each by a channel
    assert counts(OWNER) == [4]
    assert counts(OWNER, "bidWithdrawn") == [3]
    assert len(queued.delays()) == 4


def test_the_inbox_is_sorted_by_the_latest_event(clock: Clock, queued: Queued) -> None:
    # given a bid on one job, then one on another
    job, other = post_job(OWNER), post_job(OWNER)
    bid_once(job, 1)
    clock.tick(minutes=1)
    bid_once(other, 1)
    clock.tick(minutes=1)
    # when another bid on the first comes, then it stands first, also in pages of one
    bid_once(job, 2)
    assert [item["data"]["jobId"] for item in inbox(OWNER)["items"]] == [job, other]
    page = OWNER.get("/notifications", query={"limit": "1"}).body
    following = OWNER.get("/notifications", query={"limit": "1", "cursor": page["nextCursor"]})
    assert following.status == 200, (following.text, page["nextCursor"])
    rest = following.body
    assert [item["data"]["jobId"] for item in page["items"] + rest["items"]] == [job, other]
    assert rest["nextCursor"] is None


def test_given_everything_was_marked_read_then_another_bid_makes_one_unread(clock: Clock, queued: Queued) -> None:
    job = post_job(OWNER)
    bid_once(job, 1)
    OWNER.post("/notifications/read")
    assert inbox(OWNER)["unreadCount"] == 0
    bid_once(job, 2)
    assert inbox(OWNER)["unreadCount"] == 1
    OWNER.post("/notifications/read")
    assert inbox(OWNER)["unreadCount"] == 0


def test_stories_that_an_admin_decides_on_again_and_again_are_gathered(clock: Clock, queued: Queued) -> None:
    author = Person("author", ("buyer",))
    story = submit_story(author)
    for number, decision in enumerate(("reject", "approve", "reject", "approve", "reject")):
        version = author.get("/stories/mine").body["items"][0]["version"]
        body = {"decision": decision, "featured": False, "reason": f"Decision {number}.", "version": version}
        assert ADMIN.post(f"/stories/{story}/moderation", body).status == 200
        follow("notices")
    assert sorted(counts(author, "storyRejected") + counts(author, "storyApproved")) == [2, 3]
    assert inbox(author)["unreadCount"] == 2


# Bidders are told of changed jobs


def test_each_pending_bidder_is_told_of_an_edit_and_nobody_else(clock: Clock, queued: Queued) -> None:
    # given a job with a pending, a withdrawn and a rejected bid
    job = post_job(OWNER)
    place_bid(bidder(1), job)
    bidder(2).post(f"/bids/{place_bid(bidder(2), job)}/withdrawal")
    OWNER.post(f"/bids/{place_bid(bidder(3), job)}/rejection")
    clock.tick(minutes=1)
    # when the owner changes something, and nothing
    assert OWNER.patch(f"/jobs/{job}", CHANGED).status == 200
    assert OWNER.patch(f"/jobs/{job}", CHANGED).status == 200
    place_bid(bidder(4), job)
    follow("notices", "bids")
    # then the one with the pending bid is told once
    (edited,) = items(bidder(1), "jobEdited")
    assert edited["text"].startswith('The buyer has changed the job "Fix a leaking tap". ')
    assert edited["data"] == {"jobId": job}
    assert [items(bidder(number), "jobEdited") for number in (2, 3)] == [[], []]
    assert items(OWNER, "jobEdited") == []


def test_a_bid_after_the_edit_gets_no_notice_of_it(clock: Clock, queued: Queued) -> None:
    job = post_job(OWNER)
    place_bid(bidder(1), job)
    clock.tick(minutes=1)
    OWNER.patch(f"/jobs/{job}", CHANGED)
    clock.tick(minutes=1)
    place_bid(bidder(2), job)
    follow("notices")
    assert counts(bidder(1), "jobEdited") == [1]
    assert counts(bidder(2), "jobEdited") == []


def test_edits_within_ten_minutes_are_one_row(clock: Clock, queued: Queued) -> None:
    job = post_job(OWNER)
    place_bid(bidder(1), job)
    clock.tick(minutes=1)
    for number in range(5):
        assert OWNER.patch(f"/jobs/{job}", {"budgetCents": 50_000 + 100 * number + 100}).status == 200
        follow("notices")
    (edited,) = items(bidder(1), "jobEdited")
    assert edited["data"] == {"jobId": job, "count": 5}
    assert " 5 times" in edited["text"]


def test_however_many_bidders_each_is_told_once_in_messages_of_a_few(
    clock: Clock, queued: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given more bidders than one message notifies
    monkeypatch.setattr(service, "PART", 3)
    job = post_job(OWNER)
    for number in range(8):
        place_bid(bidder(number), job)
    follow("notices")
    clock.tick(minutes=1)
    # when the job is changed
    OWNER.patch(f"/jobs/{job}", CHANGED)
    follow("notices")
    # then each is told once
    assert [counts(bidder(number), "jobEdited") for number in range(8)] == [[1]] * 8


def test_a_job_that_was_given_away_meanwhile_tells_nobody_of_the_edit(clock: Clock, queued: Queued) -> None:
    job = post_job(OWNER)
    bid = place_bid(bidder(1), job)
    clock.tick(minutes=1)
    OWNER.patch(f"/jobs/{job}", CHANGED)
    assert OWNER.post(f"/bids/{bid}/acceptance").status == 200
    follow("notices")
    assert items(bidder(1), "jobEdited") == []


# Repeats


def test_an_event_that_comes_again_is_counted_once(
    clock: Clock, queued: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given three bids, of which every message comes three times, also after the ten minutes
    from khaya.notices import consumer  # noqa: PLC0415

    handled: list[Any] = []
    real = consumer.service.handle

    def handle(*given: Any) -> int:
        handled.append(given)
        return real(*given)

    monkeypatch.setattr(consumer.service, "handle", handle)
    job = post_job(OWNER)
    for number in range(3):
        bid_once(job, number)
    before = _rows()
    for event, now in [*handled, *handled]:
        assert real(event, now) == 0
    clock.tick(hours=1)
    bid_once(job, 9)
    for event, _ in handled:
        assert real(event, "2026-11-21T09:00:30.000Z") == 0
    # then each counts once
    assert counts(OWNER) == [1, 3]
    assert _rows().items() >= before.items()


def _rows() -> dict[str, Item]:
    return {
        row["id"]: {name: value for name, value in row.items() if name != "lastWrite"}
        for row in stand_in.stored("notifications")
        if "kind" in row
    }
