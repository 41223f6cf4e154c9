"""Reports: making them, the queue for admins, and resolving them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.records import accept, complete_job, place_bid, post_job, profile

REASON = "This is not what it says."


def report(person: Person, kind: str, object_id: str) -> Any:
    return person.post("/reports", {"kind": kind, "id": object_id, "reason": REASON})


@pytest.fixture
def reported(buyer: Person) -> str:
    """A report by `seller-1` of a job of `buyer-1`."""
    answer = report(Person("seller-1", ("seller",)), "job", post_job(buyer))
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found


def test_a_signed_in_person_reports_a_visible_object(buyer: Person, worker: Person) -> None:
    # given a job
    job = post_job(buyer)
    # when somebody reports it
    answer = report(worker, "job", job)
    # then the report is open, and does not show its reporter
    assert (answer.status, "Location" in answer.headers) == (201, False)
    assert answer.body == {
        "id": answer.body["id"],
        "kind": "job",
        "reportedId": job,
        "reason": REASON,
        "status": "open",
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
    }
    assert VISITOR.post("/reports", {"kind": "job", "id": job, "reason": REASON}).status == 401


def test_profiles_and_reviews_can_be_reported(buyer: Person, worker: Person, admin: Person) -> None:
    profile("worker-1", roles=["worker"])
    review = buyer.post(f"/jobs/{complete_job(buyer, worker)}/reviews", {"rating": 1}).body["id"]
    assert report(buyer, "profile", "worker-1").status == 201
    assert report(worker, "review", review).status == 201
    # but a hidden review cannot
    admin.post(f"/reviews/{review}/moderation", {"hidden": True, "reason": "Insults."})
    assert report(buyer, "review", review).status == 404


@pytest.mark.parametrize("kind", ["profile", "job", "listing", "review", "story"])
def test_an_unknown_object_cannot_be_reported(buyer: Person, kind: str) -> None:
    assert report(buyer, kind, "01KAJ00000000000000000000A").status == 404


def test_an_object_that_the_reporter_cannot_see_is_not_found(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    accept(buyer, place_bid(worker, job))
    assert report(Person("seller-1", ("seller",)), "job", job).status == 404
    assert report(worker, "job", job).status == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "person"}, "kind"), ({"id": ""}, "id"), ({"reason": "x"}, "reason"), ({"more": 1}, "more")],
)
def test_an_invalid_field_is_refused_and_named(buyer: Person, change: dict[str, Any], field: str) -> None:
    answer = buyer.post("/reports", {"kind": "job", "id": "job-1", "reason": REASON, **change})
    assert (answer.status, answer.fields) == (422, {field})


def test_a_person_has_one_open_report_per_object(buyer: Person, worker: Person, admin: Person) -> None:
    # given a report
    job = post_job(buyer)
    first = report(worker, "job", job).body["id"]
    # when the same person reports it again, then 409 while the report is open; others may report it
    assert report(worker, "job", job).status == 409
    assert report(Person("worker-2", ("worker",)), "job", job).status == 201
    # and after the resolution they may report it again
    resolution = {"decision": "dismissed", "note": "Nothing wrong with it."}
    assert admin.post(f"/reports/{first}/resolution", resolution).status == 200
    assert report(worker, "job", job).status == 201


def test_admins_list_reports_oldest_first(buyer: Person, admin: Person, clock: Clock) -> None:
    made = []
    for number in range(5):
        made.append(report(Person(f"worker-{number}", ("worker",)), "job", post_job(buyer)).body["id"])
        clock.tick(minutes=1)
    # given one resolved report
    resolution = {"decision": "upheld", "note": "The job was a fraud."}
    resolved = admin.post(f"/reports/{made[0]}/resolution", resolution)
    assert resolved.body["resolution"] == {**resolution, "moderatorId": "admin-1", "at": "2026-11-21T08:05:00.000Z"}
    # then the open ones are listed oldest first, in full pages
    first = admin.get("/reports", query={"limit": "3"}).body
    rest = admin.get("/reports", query={"limit": "3", "cursor": first["nextCursor"]}).body
    listed = [item["id"] for item in first["items"] + rest["items"]]
    assert (len(first["items"]), listed, rest["nextCursor"]) == (3, sorted(made[1:]), None)
    assert first["items"][0]["reporterId"].startswith("worker-")
    # and the resolved one is listed by its status
    assert admin.get("/reports", query={"status": "resolved"}).body["items"] == [resolved.body]
    assert admin.get("/reports", query={"status": "lost"}).status == 422
    assert buyer.get("/reports").status == 403


def test_a_report_is_resolved_once(reported: str, admin: Person) -> None:
    resolution = {"decision": "dismissed", "note": "Nothing wrong with it."}
    assert admin.post(f"/reports/{reported}/resolution", resolution).status == 200
    assert admin.post(f"/reports/{reported}/resolution", resolution).status == 409
    assert admin.post("/reports/nothing/resolution", resolution).status == 404


@pytest.mark.parametrize("involved", ["seller-1", "buyer-1", "worker-1"])
def test_an_admin_cannot_resolve_a_report_that_involves_them(reported: str, buyer: Person, involved: str) -> None:
    # given a reported job that has a worker since
    job = Person("admin-1", ("admin",)).get("/reports").body["items"][0]["reportedId"]
    accept(buyer, place_bid(Person("worker-1", ("worker",)), job))
    # when an admin who is its reporter, buyer or worker resolves the report, then 403
    resolution = {"decision": "dismissed", "note": "Nothing wrong with it."}
    assert Person(involved, ("admin",)).post(f"/reports/{reported}/resolution", resolution).status == 403
