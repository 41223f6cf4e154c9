"""What a person has to do, over the API, and answers that a client need not load again."""

from __future__ import annotations

from khaya.actions.service import actions_of
from khaya.platform.web.access import Caller
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.escrow import agreed
from tests.support.records import accept, complete_job, list_materials, place_bid, post_job, profile

BUYER, WORKER, SELLER = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",)), Person("seller-1", ("seller",))


def brief(person: Person) -> list[tuple[str, str, str | None]]:
    return [(one["kind"], one["action"], one["jobId"]) for one in person.get("/me/actions").body["items"]]


def test_a_person_with_nothing_to_do_gets_an_empty_list() -> None:
    assert Person("admin-1", ("admin",)).get("/me/actions").body == {"items": []}


def test_an_action_has_all_its_fields() -> None:
    job = agreed(BUYER, WORKER)
    assert BUYER.get("/me/actions").body["items"] == [
        {
            "kind": "buyer",
            "jobId": job,
            "listingId": None,
            "title": "Fix a leaking tap",
            "action": "pay",
            "dueAt": "2026-11-24T08:00:00.000Z",
            "amountCents": 31_500,
        }
    ]
    assert brief(WORKER) == []


def test_each_party_has_what_they_have_to_do_most_urgent_first() -> None:
    # given a job with a bid, a running one and a completed one that the worker has reviewed
    chosen, running = post_job(BUYER), post_job(BUYER)
    done = complete_job(BUYER, WORKER)
    place_bid(WORKER, chosen)
    accept(BUYER, place_bid(WORKER, running, timelineDays=60))
    assert WORKER.post(f"/jobs/{done}/reviews", {"rating": 5}).status == 201
    # then each has their own list
    assert sorted(brief(BUYER)) == [("buyer", "choose_bid", chosen), ("buyer", "review", done)]
    assert brief(WORKER) == [("worker", "hand_in", running)]
    # and it follows the job
    assert WORKER.post(f"/jobs/{running}/submission", {}).status == 200
    assert brief(WORKER) == []
    assert brief(BUYER)[0] == ("buyer", "check_work", running)


def test_a_seller_has_to_restock_what_is_sold_out() -> None:
    profile("seller-1", roles=["seller"], verified=True)
    listing = list_materials(SELLER, stock=0)
    (item,) = SELLER.get("/me/actions").body["items"]
    assert (item["kind"], item["action"], item["listingId"], item["jobId"]) == ("seller", "restock", listing, None)


def test_only_the_sides_of_the_roles_that_a_person_holds_are_listed() -> None:
    place_bid(WORKER, post_job(BUYER))
    assert actions_of(Caller("buyer-1", frozenset({"worker"}), "session-1", 0), "2026-11-21T08:00:00.000Z") == []
    assert len(brief(BUYER)) == 1


def test_an_answer_that_the_client_has_is_304_without_a_body() -> None:
    # given the tag of an answer
    place_bid(WORKER, post_job(BUYER))
    first = BUYER.get("/me/actions")
    tag = first.headers["ETag"]
    assert (first.status, first.headers["Cache-Control"]) == (200, "no-store")
    # when it is asked for again
    for known in (tag, f'"other", W/{tag}', "*"):
        again = BUYER.get("/me/actions", headers={"If-None-Match": known})
        # then only the tag is sent
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
        assert "Content-Type" not in again.headers
    # and after a change all of it
    place_bid(Person("worker-2", ("worker",)), post_job(BUYER))
    changed = BUYER.get("/me/actions", headers={"If-None-Match": tag})
    assert (changed.status, len(changed.body["items"])) == (200, 2)
    assert changed.headers["ETag"] != tag


def test_the_tag_of_one_person_is_no_tag_of_another_even_with_equal_content() -> None:
    other = Person("buyer-2", ("buyer",))
    first, second = BUYER.get("/me/actions"), other.get("/me/actions")
    assert first.body == second.body == {"items": []}
    assert other.get("/me/actions", headers={"If-None-Match": first.headers["ETag"]}).status == 200


def test_a_malformed_tag_names_no_answer() -> None:
    tag = BUYER.get("/me/actions").headers["ETag"]
    for known in (tag.strip('"'), f"{tag} {tag}", ""):
        assert BUYER.get("/me/actions", headers={"If-None-Match": known}).status == 200


def test_an_old_review_prompt_ends(clock: Clock) -> None:
    complete_job(BUYER, WORKER)
    assert len(brief(BUYER)) == 1
    clock.tick(days=30)
    assert brief(BUYER) == []
    assert stand_in.stored("reviews") == []
