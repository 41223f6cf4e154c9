"""Asking to be verified: the request, the admins' queue, the decision, and taking a verification back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import VISITOR, Answer, Person
from tests.support.records import profile
from tests.support.streams import follow

ADMIN = Person("admin-1", ("admin",))
THANDI = Person("thandi", ("worker",))
NOTE = "I passed my trade test in 2019."
REASON = "I called the college."


@pytest.fixture(autouse=True)
def people() -> None:
    profile("admin-1", display_name="Admin", roles=["admin"])
    profile("thandi", display_name="Thandi", roles=["worker"])


def ask(person: Person = THANDI, **fields: Any) -> Answer:
    return person.post("/profiles/me/verification", {"note": NOTE, **fields})


def decide(user_id: str, decision: str, by: Person = ADMIN, reason: str = REASON) -> Answer:
    return by.post(f"/admin/verifications/{user_id}/decision", {"decision": decision, "reason": reason})


def queue() -> list[str]:
    answer = ADMIN.get("/admin/verifications")
    assert answer.status == 200, answer.text
    return [one["userId"] for one in answer.body["items"]]


def notifications_of(person: Person) -> list[tuple[str, str]]:
    follow("notices")
    return [(one["kind"], one["title"]) for one in person.get("/notifications").body["items"]]


def test_a_person_asks_and_an_admin_sees_it_in_the_queue() -> None:
    asked = ask(certifications=[{"title": "Trade test"}])
    assert asked.status == 200
    assert asked.body == {
        "userId": "thandi",
        "displayName": "Thandi",
        "note": NOTE,
        "certifications": [{"title": "Trade test", "url": None}],
        "status": "waiting",
        "askedAt": "2026-11-21T08:00:00.000Z",
        "reason": None,
        "decidedAt": None,
    }
    assert ADMIN.get("/admin/verifications").body == {"items": [asked.body], "nextCursor": None}
    # and the certificates are those of the profile, but nobody else sees the request
    assert VISITOR.get("/profiles/thandi").body["certifications"] == [{"title": "Trade test"}]
    assert NOTE not in VISITOR.get("/profiles/thandi").text
    assert NOTE not in VISITOR.get("/profiles").text
    assert VISITOR.get("/profiles/thandi").body["verified"] is False


def test_an_approved_request_verifies_the_person_and_tells_them() -> None:
    ask()
    decided = decide("thandi", "approve")
    assert (decided.status, decided.body["status"], decided.body["reason"]) == (200, "approved", REASON)
    assert queue() == []
    assert VISITOR.get("/profiles/thandi").body["verified"] is True
    assert [one["verified"] for one in VISITOR.get("/profiles").body["items"]] == [True]
    assert notifications_of(THANDI) == [("verified", "You are checked by Khaya")]


@pytest.mark.parametrize(
    ("language", "title"), [("en", "You are not checked by Khaya"), ("zu", "Awukahlolwa yi-Khaya")]
)
def test_a_refused_request_tells_the_person_in_their_language_and_they_may_ask_again(language: str, title: str) -> None:
    assert THANDI.put("/notifications/preferences", {"language": language, "channels": {}}).status == 200
    ask()
    assert decide("thandi", "refuse").body["status"] == "refused"
    assert VISITOR.get("/profiles/thandi").body["verified"] is False
    assert (queue(), notifications_of(THANDI)) == ([], [("verificationRefused", title)])
    assert ask(note="Here is another paper.").status == 200
    assert queue() == ["thandi"]


def test_the_queue_is_oldest_first_by_pages(clock: Clock) -> None:
    for number in range(5):
        name = f"person-{number}"
        profile(name, roles=["worker"])
        assert ask(Person(name, ("worker",))).status == 200
        clock.tick(seconds=1)
    # a person who changes their profile keeps their place, and one who was decided about leaves
    assert Person("person-0").patch("/profiles/me", {"bio": "I tile."}).status == 200
    decide("person-2", "approve")
    first = ADMIN.get("/admin/verifications", query={"limit": "2"}).body
    rest = ADMIN.get("/admin/verifications", query={"limit": "2", "cursor": first["nextCursor"]}).body
    found = [one["userId"] for one in first["items"] + rest["items"]]
    assert (found, rest["nextCursor"]) == (["person-0", "person-1", "person-3", "person-4"], None)


def test_a_second_request_while_one_waits_or_when_verified_is_409() -> None:
    assert [ask().status for _ in range(2)] == [200, 409]
    decide("thandi", "approve")
    again = ask()
    assert (again.status, again.body["code"]) == (409, "already_verified")


@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_a_request_is_decided_once_and_by_somebody_else(decision: str) -> None:
    assert decide("thandi", decision).status == 409
    ask()
    assert decide("thandi", decision, Person("thandi", ("worker", "admin"))).status == 403
    assert decide("thandi", decision).status == 200
    assert decide("thandi", decision).status == 409
    assert decide("nobody", decision).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "approve"}, "reason"),
        ({"decision": "approve", "reason": "\u200b\u200b\u200b"}, "reason"),
        ({"decision": "yes", "reason": REASON}, "decision"),
        ({"decision": "refuse", "reason": "x" * 501}, "reason"),
        ({"decision": "refuse", "reason": REASON, "verified": True}, "verified"),
    ],
)
def test_an_invalid_decision_is_refused_by_its_field(body: dict[str, Any], field: str) -> None:
    ask()
    answer = ADMIN.post("/admin/verifications/thandi/decision", body)
    assert (answer.status, answer.fields) == (422, {field})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"note": ""}, "note"),
        ({"note": "x" * 1001}, "note"),
        ({"note": None}, "note"),
        ({"certifications": None}, "certifications"),
        ({"certifications": [{"title": "x"}]}, "certifications.0.title"),
        ({"verified": True}, "verified"),
    ],
)
def test_an_invalid_request_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    answer = ask(**change)
    assert (answer.status, answer.fields) == (422, {field})


def test_a_request_without_certificates_keeps_those_of_the_profile() -> None:
    assert THANDI.patch("/profiles/me", {"certifications": [{"title": "Trade test"}]}).status == 200
    assert [one["title"] for one in ask().body["certifications"]] == ["Trade test"]


@pytest.mark.parametrize("body", [{"verified": False}, {"verified": False, "reason": ""}])
def test_taking_a_verification_back_needs_a_reason(body: dict[str, Any]) -> None:
    assert ADMIN.put("/profiles/thandi/verification", {"verified": True}).status == 200
    refused = ADMIN.put("/profiles/thandi/verification", body)
    assert (refused.status, refused.fields) == (422, {"reason"})
    taken = ADMIN.put("/profiles/thandi/verification", {"verified": False, "reason": "The paper was forged."})
    assert (taken.status, taken.body["verified"]) == (200, False)
    # and the person may ask anew
    assert ask().status == 200


def test_a_verification_without_the_queue_decides_a_request_that_waits() -> None:
    ask()
    assert ADMIN.put("/profiles/thandi/verification", {"verified": True, "reason": REASON}).status == 200
    assert queue() == []


def test_requests_and_decisions_are_audited_without_their_words() -> None:
    ask()
    decide("thandi", "refuse")
    follow("audit")
    lines = ADMIN.get("/admin/audit", query={"object": "people/thandi"}).body["items"]
    found = [(line["action"], line["actorId"]) for line in lines]
    assert ("person.verification_requested", "thandi") in found
    assert ("person.verification_refused", "admin-1") in found
    assert NOTE not in str(stand_in.stored("audit"))


def test_an_erased_person_leaves_the_queue() -> None:
    ask()
    assert THANDI.delete("/profiles/me").status == 204
    assert queue() == []
    assert decide("thandi", "approve").status == 409
    assert NOTE not in str(stand_in.stored("profiles"))
