"""Jobs: posting, listing, editing and moving them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Person
from tests.support.records import POSTING, accept, place_bid, post_job, profile
from tests.support.uploads import given

KEY = "uploads/buyer-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg"
KEYS = [KEY.replace("KDE", f"KD{number}") for number in range(5)]
PROOF = "uploads/worker-1/submission/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg"
PRIVATE = {
    "coordinates",
    "workerId",
    "acceptedBidId",
    "agreedCents",
    "acceptedAt",
    "handInBy",
    "startedAt",
    "submission",
    "cancellation",
    "changes",
    "closing",
    "completesAt",
    "workerName",
    "contact",
    "escrow",
    "reviewed",
}
PUBLIC = {
    "id", "buyerId", "buyerName", "buyer", "title", "description", "category", "budgetCents", "location", "startDate", "photos",
    "payment", "status", "bidCount", "completedAt", "expiresAt", "createdAt", "updatedAt", "version",
}  # fmt: skip


def briefly(value: object) -> str | None:
    """The id of a test case: its fields. Sets have no stable order, so they get the default id."""
    return str(value)[:40] if isinstance(value, dict) else None


@pytest.fixture(autouse=True)
def uploads(tables: None) -> None:
    given(KEY, *KEYS, PROOF)


def in_progress(buyer: Person, worker: Person, **fields: Any) -> str:
    job = post_job(buyer, **fields)
    accept(buyer, place_bid(worker, job))
    return job


# Posting.


def test_a_posted_job_has_all_its_fields(buyer: Person) -> None:
    profile("buyer-1", display_name="Thandi")
    answer = buyer.post("/jobs", {**POSTING, "startDate": "2026-12-01", "photos": [KEY]})
    job = answer.body
    assert (answer.status, answer.headers["Location"], answer.headers["ETag"]) == (201, f"jobs/{job['id']}", '"1"')
    assert {*job} == PUBLIC | PRIVATE
    (photo,) = job.pop("photos")
    assert {*photo} == {"key", "url", "urls", "width", "height", "state"}
    assert photo["state"] == "checking"
    assert KEY in photo["url"]
    assert "X-Amz-Signature" in photo["url"] or "Signature" in photo["url"]
    job.pop("id")
    assert job == {
        **POSTING,
        **dict.fromkeys(PRIVATE | {"completedAt"}),
        "coordinates": POSTING["coordinates"],
        "buyerId": "buyer-1",
        "buyerName": "Thandi",
        "startDate": "2026-12-01",
        "payment": "cash",
        "buyer": {"verified": False, "rating": {"average": None, "count": 0}},
        "reviewed": False,
        "changes": [],
        "status": "open",
        "bidCount": 0,
        "createdAt": "2026-11-21T08:00:00.000Z",
        "updatedAt": "2026-11-21T08:00:00.000Z",
        "expiresAt": "2026-12-21T08:00:00.000Z",
        "version": 1,
    }


def test_a_job_with_the_required_fields_gets_defaults(buyer: Person) -> None:
    least = {name: POSTING[name] for name in ("title", "description", "category", "budgetCents", "location")}
    job = buyer.post("/jobs", least).body
    assert (job["payment"], job["coordinates"], job["startDate"], job["photos"]) == ("cash", None, None, [])


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * 5},
        {"title": "x" * 200},
        {"description": "x" * 20},
        {"description": "x" * 5000},
        {"budgetCents": 1000},
        {"budgetCents": 100_000_000},
        {"location": "xy"},
        {"location": "x" * 200},
        {"location": "\ufdfa" * 200},
        {"photos": KEYS},
        {"coordinates": {"lat": -90, "lng": 180}},
        {"coordinates": {"lat": 1e-300, "lng": -0.0}},
        {"coordinates": None},
        {"startDate": None},
        {"title": "  Fix a tap  "},
        {"description": "Several\nlines, with\ttabs, are fine."},
        *({"category": category} for category in ("electrical", "handyman", "other")),
    ],
    ids=briefly,
)
def test_a_job_within_the_limits_is_accepted(buyer: Person, fields: dict[str, Any]) -> None:
    answer = buyer.post("/jobs", {**POSTING, **fields})
    assert answer.status == 201, answer.text
    assert VISITOR.get(f"/jobs/{answer.body['id']}").status == 200


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": "x" * 4}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        ({"title": "    x    "}, {"title"}),
        ({"title": "two\nlines"}, {"title"}),
        ({"title": "nul\x00nul"}, {"title"}),
        ({"title": None}, {"title"}),
        ({"title": 12345}, {"title"}),
        ({"title": ["Fix a tap"]}, {"title"}),
        ({"description": "x" * 19}, {"description"}),
        ({"description": "x" * 5001}, {"description"}),
        ({"description": "bell\x07" * 10}, {"description"}),
        ({"budgetCents": 999}, {"budgetCents"}),
        ({"budgetCents": 100_000_001}, {"budgetCents"}),
        ({"budgetCents": 10**400}, {"budgetCents"}),
        ({"budgetCents": -5000}, {"budgetCents"}),
        ({"budgetCents": "5000"}, {"budgetCents"}),
        ({"budgetCents": 5000.5}, {"budgetCents"}),
        ({"budgetCents": True}, {"budgetCents"}),
        ({"category": "Plumbing"}, {"category"}),
        ({"category": ""}, {"category"}),
        ({"location": "x"}, {"location"}),
        ({"location": "x" * 201}, {"location"}),
        ({"payment": "card"}, {"payment"}),
        ({"payment": None}, {"payment"}),
        ({"photos": [KEY] * 6}, {"photos"}),
        ({"photos": ["https://example.com/a.jpg"]}, {"photos.0"}),
        ({"photos": None}, {"photos"}),
        ({"photos": [KEY.replace("buyer-1", "buyer-2")]}, {"photos"}),
        ({"photos": [KEY, KEY.replace("buyer-1", "buyer-2")]}, {"photos.1"}),
        ({"photos": [KEY.replace("/job/", "/profile/")]}, {"photos"}),
        ({"coordinates": {"lat": 91, "lng": 0}}, {"coordinates.lat"}),
        ({"coordinates": {"lat": 0}}, {"coordinates.lng"}),
        ({"coordinates": {"lat": 0, "lng": 0, "alt": 0}}, {"coordinates.alt"}),
        ({"coordinates": [0, 0]}, {"coordinates"}),
        ({"startDate": "tomorrow"}, {"startDate"}),
        ({"startDate": "2026-02-30"}, {"startDate"}),
        ({"status": "completed"}, {"status"}),
        ({"bidCount": 99}, {"bidCount"}),
        ({"buyerId": "buyer-2"}, {"buyerId"}),
        ({"version": 7}, {"version"}),
        ({"budget_cents": 5000}, {"budget_cents"}),
        ({"title": "x", "budgetCents": 1, "sdf": 1}, {"title", "budgetCents", "sdf"}),
    ],
    ids=briefly,
)
def test_an_invalid_field_is_refused_and_named(buyer: Person, fields: dict[str, Any], named: set[str]) -> None:
    answer = buyer.post("/jobs", {**POSTING, **fields})
    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json"), answer.text
    assert answer.fields == named
    assert stand_in.stored("jobs") == []


@pytest.mark.parametrize("field", ["title", "description", "category", "budgetCents", "location"])
def test_a_missing_required_field_is_named(buyer: Person, field: str) -> None:
    answer = buyer.post("/jobs", {name: value for name, value in POSTING.items() if name != field})
    assert (answer.status, answer.fields) == (422, {field})


@pytest.mark.parametrize("raw", [None, "", "[]", '"job"', "null", "7", '{"title": '])
def test_a_body_that_is_not_an_object_is_refused(buyer: Person, raw: str | None) -> None:
    assert buyer.post("/jobs", raw=raw).status in (400, 422)


def test_a_lone_surrogate_is_refused_in_body_and_query(buyer: Person) -> None:
    for raw in ('{"title": "a tap \\ud800 drips"}', '{"\\ud800": 1}', '{"photos": ["\\udfff"]}'):
        answer = buyer.post("/jobs", raw=raw)
        assert answer.status == 422
        answer.text.encode()
    assert VISITOR.get("/jobs", query={"location": "\ud800\ud800"}).status == 422


def test_a_refusal_does_not_echo_the_input(buyer: Person) -> None:
    answer = buyer.post("/jobs", {**POSTING, "title": "0821234567\n secret", "budgetCents": "hunter2"})
    assert "0821234567" not in answer.text
    assert "hunter2" not in answer.text


# Visibility.


def test_everybody_sees_the_public_fields_of_an_open_job(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    place_bid(worker, job)
    for person in (VISITOR, worker, Person("seller-1", ("seller",)), Person("buyer-2", ("buyer",))):
        answer = person.get(f"/jobs/{job}")
        assert (answer.status, {*answer.body}) == (200, PUBLIC)
    for person in (buyer, Person("admin-1", ("admin",))):
        assert {*person.get(f"/jobs/{job}").body} == PUBLIC | PRIVATE


def test_a_job_in_progress_is_visible_to_its_parties_bidders_and_admins(buyer: Person, worker: Person) -> None:
    loser = Person("worker-2", ("worker",))
    job = post_job(buyer)
    place_bid(loser, job)
    accept(buyer, place_bid(worker, job))
    for person in (buyer, worker, Person("admin-1", ("admin",))):
        assert {*person.get(f"/jobs/{job}").body} == PUBLIC | PRIVATE
    assert {*loser.get(f"/jobs/{job}").body} == PUBLIC
    for person in (VISITOR, Person("buyer-2", ("buyer",)), Person("worker-3", ("worker",))):
        hidden, missing = person.get(f"/jobs/{job}"), person.get("/jobs/01JCZX3V9T6V5Y8Q2M4N7B1KDE")
        assert (hidden.status, hidden.body["detail"]) == (404, missing.body["detail"])


def test_a_malformed_id_is_not_found(buyer: Person) -> None:
    for job_id in ("x", "mine2", "%00", "a" * 128, "a" * 5000, "..%2F..", "%F0%9F%94%A7"):
        assert VISITOR.get(f"/jobs/{job_id}").status == 404
        assert buyer.patch(f"/jobs/{job_id}", {"title": "Fix a tap"}).status == 404


def test_the_parties_see_each_others_contact_once_a_bid_is_accepted(
    buyer: Person, worker: Person, admin: Person
) -> None:
    profile("buyer-1", display_name="Thandi", phone="+27821111111", email="thandi@example.com")
    profile("worker-1", display_name="Sipho", phone="+27822222222")
    job = post_job(buyer)
    bid = place_bid(worker, job)
    assert buyer.get(f"/jobs/{job}").body["contact"] is None
    accepted = buyer.post(f"/bids/{bid}/acceptance")
    sipho = {"displayName": "Sipho", "phone": "+27822222222"}
    assert accepted.body["job"]["contact"] == sipho
    assert buyer.get(f"/jobs/{job}").body["contact"] == sipho
    assert worker.get(f"/jobs/{job}").body["contact"] == {"displayName": "Thandi", "phone": "+27821111111"}
    assert "thandi@example.com" not in worker.get(f"/jobs/{job}").text
    assert admin.get(f"/jobs/{job}").body["contact"] is None
    assert "+2782" not in admin.get(f"/jobs/{job}").text


# The feed.


def test_the_feed_is_newest_first_and_holds_open_jobs_only(buyer: Person, worker: Person, clock: Clock) -> None:
    jobs = []
    for _ in range(4):
        jobs.append(post_job(buyer))
        clock.tick(seconds=1)
    accept(buyer, place_bid(worker, jobs[1]))
    buyer.post(f"/jobs/{jobs[2]}/cancellation", {"reason": "Not needed."})
    answer = VISITOR.get("/jobs")
    assert [job["id"] for job in answer.body["items"]] == [jobs[3], jobs[0]]
    assert answer.body["nextCursor"] is None
    assert all({*job} == PUBLIC for job in answer.body["items"])


def test_owners_and_admins_see_private_fields_in_the_feed(buyer: Person, admin: Person) -> None:
    mine = post_job(buyer)
    post_job(Person("buyer-2", ("buyer",)))
    fields = {job["id"]: {*job} for job in buyer.get("/jobs").body["items"]}
    assert fields.pop(mine) == PUBLIC | PRIVATE
    assert [*fields.values()] == [PUBLIC]
    assert all({*job} == PUBLIC | PRIVATE for job in admin.get("/jobs").body["items"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"a", "b", "c", "d"}),
        ({"category": "plumbing"}, {"a", "b"}),
        ({"location": "durban"}, {"a", "c"}),
        ({"location": "  DURBAN "}, {"a", "c"}),
        ({"location": "Umhlanga  Rocks"}, {"b"}),
        ({"category": "plumbing", "location": "Durban"}, {"a"}),
        ({"category": "painting", "location": "Nowhere"}, set()),
        ({"category": "roofing"}, set()),
    ],
)
def test_the_feed_is_filtered_by_category_and_location(buyer: Person, query: dict[str, str], found: set[str]) -> None:
    jobs = {
        post_job(buyer, location="Durban"): "a",
        post_job(buyer, location="umhlanga rocks"): "b",
        post_job(buyer, location=" durban ", category="painting"): "c",
        post_job(buyer, location="Durban North", category="painting"): "d",
    }
    assert {jobs[job["id"]] for job in VISITOR.get("/jobs", query=query).body["items"]} == found


def test_an_edited_category_or_location_changes_the_filters_that_find_a_job(buyer: Person) -> None:
    job = post_job(buyer, location="Durban", category="plumbing")
    buyer.patch(f"/jobs/{job}", {"location": "Pinetown", "category": "tiling"})
    assert VISITOR.get("/jobs", query={"location": "durban"}).body["items"] == []
    assert VISITOR.get("/jobs", query={"category": "plumbing"}).body["items"] == []
    assert len(VISITOR.get("/jobs", query={"category": "tiling", "location": "PINETOWN"}).body["items"]) == 1


def test_the_feed_shows_the_bid_count(buyer: Person, worker: Person) -> None:
    place_bid(worker, post_job(buyer))
    assert [job["bidCount"] for job in VISITOR.get("/jobs").body["items"]] == [1]


# Editing.


def test_an_edit_changes_the_given_fields_only(buyer: Person, worker: Person, clock: Clock) -> None:
    job = post_job(buyer)
    place_bid(worker, job)
    before = buyer.get(f"/jobs/{job}").body
    clock.tick(minutes=5)
    answer = buyer.patch(f"/jobs/{job}", {"budgetCents": 70_000, "coordinates": None})
    expected = {
        **before,
        "budgetCents": 70_000,
        "coordinates": None,
        "version": 2,
        "updatedAt": "2026-11-21T08:05:00.000Z",
    }
    assert (answer.status, answer.body, answer.headers["ETag"]) == (200, expected, '"2"')
    assert buyer.get(f"/jobs/{job}").body == expected


@pytest.mark.parametrize(
    "fields", [{"title": None}, {"photos": None}, {"status": "completed"}, {"title": "x"}, {"id": "x"}]
)
def test_an_invalid_edit_changes_nothing(buyer: Person, fields: dict[str, Any]) -> None:
    job = post_job(buyer)
    before = buyer.get(f"/jobs/{job}").body
    assert buyer.patch(f"/jobs/{job}", fields).status == 422
    assert buyer.get(f"/jobs/{job}").body == before


def test_an_edit_may_repeat_the_present_photos(buyer: Person) -> None:
    job = post_job(buyer, photos=[KEY])
    assert len(buyer.patch(f"/jobs/{job}", {"photos": [KEYS[0], KEY]}).body["photos"]) == 2
    assert buyer.patch(f"/jobs/{job}", {"photos": [KEY.replace("buyer-1", "x")]}).status == 422
    assert buyer.patch(f"/jobs/{job}", {"photos": []}).body["photos"] == []


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"1"', 200),
        ('W/"1"', 412),
        ("1", 412),
        ('"1,2"', 412),
        ('"1', 412),
        ("*", 200),
        ('"0", "1"', 200),
        ('"2"', 412),
        ('"0"', 412),
        ("x", 412),
        ("", 412),
    ],
)
def test_an_edit_with_if_match_needs_the_present_version(buyer: Person, tag: str, status: int) -> None:
    job = post_job(buyer)
    answer = buyer.patch(f"/jobs/{job}", {"title": "Fix two taps"}, headers={"If-Match": tag})
    assert answer.status == status
    assert buyer.get(f"/jobs/{job}").body["version"] == (2 if status == 200 else 1)


def test_a_bid_does_not_make_an_edit_stale(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    etag = buyer.get(f"/jobs/{job}").headers["ETag"]
    place_bid(worker, job)
    edited = buyer.patch(f"/jobs/{job}", {"location": "Umlazi"}, headers={"If-Match": etag})
    assert (edited.status, edited.body["bidCount"]) == (200, 1)


def test_given_a_job_in_progress_when_it_is_edited_then_409(buyer: Person, worker: Person) -> None:
    job = in_progress(buyer, worker)
    refused = buyer.patch(f"/jobs/{job}", {"title": "Fix two taps"})
    assert (refused.status, "in_progress" in refused.body["detail"]) == (409, True)


# From acceptance to completion.


def test_the_worker_starts_the_work_once(buyer: Person, worker: Person) -> None:
    job = in_progress(buyer, worker)
    started = worker.post(f"/jobs/{job}/start")
    assert (started.status, started.body["startedAt"]) == (200, "2026-11-21T08:00:00.000Z")
    assert worker.post(f"/jobs/{job}/start").status == 409


def test_escrow_work_does_not_start_without_the_deposit(buyer: Person, worker: Person) -> None:
    job = in_progress(buyer, worker, payment="escrow")
    for attempt in (
        worker.post(f"/jobs/{job}/start"),
        worker.post(f"/jobs/{job}/submission", {"photos": [PROOF]}),
        buyer.post(f"/jobs/{job}/completion"),
    ):
        assert (attempt.status, attempt.body["code"]) == (409, "deposit_not_paid")
    assert buyer.get(f"/jobs/{job}").body["status"] == "in_progress"


def test_the_worker_submits_the_work_once_with_proof(buyer: Person, worker: Person) -> None:
    job = in_progress(buyer, worker)
    assert worker.post(f"/jobs/{job}/submission", {"photos": [KEY]}).status == 422
    assert worker.post(f"/jobs/{job}/submission", {"photos": [PROOF] * 6}).status == 422
    assert worker.post(f"/jobs/{job}/submission", {"note": "x" * 2001}).status == 422
    submitted = worker.post(f"/jobs/{job}/submission", {"note": "Done.\nNo drips.", "photos": [PROOF]})
    submission = submitted.body["submission"]
    assert (submission["note"], submission["submittedAt"]) == ("Done.\nNo drips.", "2026-11-21T08:00:00.000Z")
    assert PROOF in submission["photos"][0]["url"]
    assert buyer.get(f"/jobs/{job}").body["submission"]["note"] == "Done.\nNo drips."
    assert worker.post(f"/jobs/{job}/submission", {}).status == 409


def test_a_cash_job_is_completed_without_a_submission_and_counts_once(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    job = in_progress(buyer, worker)
    clock.tick(days=2)
    completed = buyer.post(f"/jobs/{job}/completion")
    assert (completed.body["status"], completed.body["completedAt"]) == ("completed", "2026-11-23T08:00:00.000Z")
    assert buyer.post(f"/jobs/{job}/completion").status == 409
    counted = VISITOR.get("/profiles/worker-1").body
    assert (counted["completedJobs"], counted["paidJobs"], counted["trustScore"]) == (1, 0, 0)


def test_a_completed_job_cannot_change(buyer: Person, worker: Person) -> None:
    job = in_progress(buyer, worker)
    bid = buyer.get(f"/jobs/{job}").body["acceptedBidId"]
    buyer.post(f"/jobs/{job}/completion")
    before = stand_in.contents()
    for person, route, body in (
        (buyer, f"/jobs/{job}/cancellation", {"reason": "Changed my mind."}),
        (worker, f"/jobs/{job}/cancellation", {"reason": "Changed my mind."}),
        (worker, f"/jobs/{job}/submission", {}),
        (worker, f"/jobs/{job}/start", None),
        (buyer, f"/bids/{bid}/rejection", None),
        (worker, f"/bids/{bid}/withdrawal", None),
    ):
        refused = person.post(route, body)
        assert refused.status == 409, route
    assert stand_in.contents() == before


def test_either_party_can_cancel_a_cash_job(buyer: Person, worker: Person) -> None:
    by_owner, by_worker = in_progress(buyer, worker), in_progress(buyer, worker)
    cancelled = buyer.post(f"/jobs/{by_owner}/cancellation", {"reason": "  We have moved.  "})
    assert cancelled.body["cancellation"] == {
        "reason": "We have moved.",
        "by": "buyer",
        "at": "2026-11-21T08:00:00.000Z",
    }
    assert (
        worker.post(f"/jobs/{by_worker}/cancellation", {"reason": "I am ill."}).body["cancellation"]["by"] == "worker"
    )


def test_after_the_submission_nobody_can_cancel_the_job(buyer: Person, worker: Person) -> None:
    job = in_progress(buyer, worker)
    worker.post(f"/jobs/{job}/submission", {})
    assert worker.post(f"/jobs/{job}/cancellation", {"reason": "I am ill."}).status == 409
    assert buyer.post(f"/jobs/{job}/cancellation", {"reason": "Not good."}).status == 409


@pytest.mark.parametrize(
    "body", [None, {}, {"reason": ""}, {"reason": None}, {"reason": "x" * 501}, {"reason": "Ok.", "by": "worker"}]
)
def test_a_cancellation_needs_a_reason(buyer: Person, body: Any) -> None:
    job = post_job(buyer)
    assert buyer.post(f"/jobs/{job}/cancellation", body).status in (400, 422)
    assert buyer.get(f"/jobs/{job}").body["status"] == "open"


# The caller's jobs.


def test_a_person_lists_their_jobs_by_side_and_status(buyer: Person, worker: Person) -> None:
    taken, still_open = in_progress(buyer, worker), post_job(buyer)
    post_job(Person("buyer-2", ("buyer",)))

    def mine(person: Person, **query: str) -> list[str]:
        items = person.get("/jobs/mine", query=query).body["items"]
        assert all({*job} == PUBLIC | PRIVATE for job in items)
        return [job["id"] for job in items]

    assert mine(buyer) == mine(buyer, **{"as": "buyer"}) == [still_open, taken]
    assert mine(buyer, status="open") == [still_open]
    assert mine(buyer, status="in_progress") == [taken]
    assert mine(buyer, status="expired") == mine(buyer, **{"as": "worker"}) == mine(worker) == []
    assert mine(worker, **{"as": "worker"}) == mine(worker, **{"as": "worker"}, status="in_progress") == [taken]
    buyer.post(f"/jobs/{taken}/completion")
    assert mine(buyer, status="in_progress") == []
    assert mine(worker, **{"as": "worker"}, status="completed") == [taken]
