"""Search by words of the title: rows follow the stream, results are read from the items' tables."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from khaya.search import service, store
from khaya.search.model import SearchEntry
from tests.support.client import VISITOR, Answer, Context, Person, app
from tests.support.records import accept, list_materials, place_bid, post_job, profile, version_of
from tests.support.stand_in import stored
from tests.support.streams import follow


@pytest.fixture
def trusted() -> Person:
    profile("trusted", verified=True)
    return Person("trusted", ("seller",))


def found(path: str, **query: str) -> list[str]:
    answer = VISITOR.get(path, query=query)
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.body["items"]]


def every_page(path: str, **query: str) -> list[Answer]:
    pages = [VISITOR.get(path, query=query)]
    while pages[-1].body["nextCursor"]:
        pages.append(VISITOR.get(path, query={**query, "cursor": pages[-1].body["nextCursor"]}))
    return pages


def test_jobs_are_found_by_words_of_their_title_newest_first(buyer: Person) -> None:
    # given jobs whose titles share words
    tap = post_job(buyer, title="Fix a leaking tap")
    geyser = post_job(buyer, title="LEAKING geyser, please fix!")
    post_job(buyer, title="Leak-proof the whole roof")
    follow("search")
    # then whole words find them, regardless of case and punctuation
    assert found("/jobs", q="leaking") == [geyser, tap]
    assert found("/jobs", q="fix LEAKING") == [geyser, tap]
    assert found("/jobs", q="a fix, leaking") == [tap]
    assert found("/jobs", q="leaking roof") == []
    assert found("/jobs", q="leakin") == []


def test_words_are_combined_with_category_and_location(trusted: Person) -> None:
    bricks = list_materials(trusted, title="Red bricks, 500 of them")
    other = list_materials(trusted, title="Red paint", category="paint")
    away = list_materials(trusted, title="Red bricks", location="Pinetown")
    follow("search")
    assert found("/listings", q="red") == [away, other, bricks]
    assert found("/listings", q="red", category="bricks") == [away, bricks]
    assert found("/listings", q="red", location="DURBAN") == [other, bricks]
    assert found("/listings", q="red", location="durban", category="bricks") == [bricks]
    assert found("/listings", q="500") == [bricks]
    assert found("/jobs", q="red") == []


def test_a_result_shows_the_present_bid_count(buyer: Person, worker: Person) -> None:
    # given a bid placed after the job was indexed
    job = post_job(buyer)
    follow("search")
    place_bid(worker, job)
    # then the result counts it
    (item,) = VISITOR.get("/jobs", query={"q": "tap"}).body["items"]
    assert item["bidCount"] == 1


def test_a_job_that_is_not_open_is_not_found_before_its_rows_are_deleted(buyer: Person, worker: Person) -> None:
    job = post_job(buyer)
    follow("search")
    accept(buyer, place_bid(worker, job))
    assert found("/jobs", q="tap") == []
    # and after the stream was processed no row is left
    follow("search")
    assert stored("search") == []


def test_a_changed_title_is_found_by_its_new_words_only(trusted: Person) -> None:
    listing = list_materials(trusted, title="Clay bricks for walls")
    follow("search")
    trusted.patch(f"/listings/{listing}", {"title": "Cement blocks for walls"})
    assert found("/listings", q="clay") == []
    follow("search")
    assert (found("/listings", q="clay"), found("/listings", q="cement walls")) == ([], [listing])
    assert {row["word"] for row in stored("search")} == {
        "listings#cement",
        "listings#blocks",
        "listings#for",
        "listings#walls",
    }


def test_a_listing_is_found_only_while_it_is_active(seller: Person, admin: Person) -> None:
    listing = list_materials(seller)
    follow("search")
    assert stored("search") == []
    admin.post(f"/listings/{listing}/moderation", {"version": version_of("listings", listing), "decision": "approve"})
    follow("search")
    assert found("/listings", q="clay") == [listing]
    seller.delete(f"/listings/{listing}")
    follow("search")
    assert stored("search") == []
    seller.patch(f"/listings/{listing}", {"active": True})
    follow("search")
    assert found("/listings", q="clay") == [listing]


def test_a_repeated_or_late_message_changes_nothing(trusted: Person) -> None:
    # given a listing that was renamed
    listing = list_materials(trusted, title="Clay bricks")
    trusted.patch(f"/listings/{listing}", {"title": "Cement blocks"})
    follow("search")
    before = sorted(stored("search"), key=lambda row: row["id"])
    # when the message of its first title is delivered again
    body = f'{{"consumer": "search", "kind": "listings", "id": "{listing}", "words": ["bricks", "clay"]}}'
    record = {"messageId": "1", "body": body, "attributes": {}, "eventSource": "aws:sqs", "receiptHandle": ""}
    assert app("derived").handler({"Records": [record]}, Context()) == {"batchItemFailures": []}
    # then nothing changes
    assert sorted(stored("search"), key=lambda row: row["id"]) == before


def test_given_outdated_rows_then_pages_for_one_word_are_full(buyer: Person) -> None:
    # given seven indexed jobs, three of them cancelled since
    jobs = [post_job(buyer) for _ in range(7)]
    follow("search")
    for job in jobs[2:5]:
        buyer.post(f"/jobs/{job}/cancellation", {"reason": "No longer needed."})
    # when they are read two at a time
    pages = every_page("/jobs", q="tap", limit="2")
    # then every page is full, and each job appears once
    assert [[item["id"] for item in page.body["items"]] for page in pages] == [[jobs[6], jobs[5]], [jobs[1], jobs[0]]]


def test_given_many_outdated_rows_then_a_small_page_is_full(buyer: Person) -> None:
    # given two jobs, and between them outdated rows of forty missing jobs

    oldest = post_job(buyer)
    gone = SearchEntry(frozenset({"tap"}), "plumbing", "durban")
    for number in range(40):
        store.replace_words("jobs", f"{oldest}-{number:02}", gone, ())
    newest = post_job(buyer)
    follow("search")
    # then each page of one is full
    pages = every_page("/jobs", q="tap", limit="1")
    assert [[item["id"] for item in page.body["items"]] for page in pages] == [[newest], [oldest]]


def test_pages_for_several_words_are_complete(trusted: Person) -> None:
    # given ten listings, of which every third has both words
    made = [list_materials(trusted, title=f"Bricks {'yellow' if n % 3 == 0 else 'red'} lot") for n in range(10)]
    follow("search")
    pages = every_page("/listings", q="bricks yellow", limit="1")
    assert [item["id"] for page in pages for item in page.body["items"]] == made[::-3]


def test_a_search_for_one_word_makes_one_query_and_reads_the_jobs_and_their_buyers(
    buyer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        post_job(buyer)
    follow("search")
    calls: list[str] = []
    real = dynamo.client()._make_api_call

    def noted(operation: str, request: Any) -> Any:
        calls.append(operation)
        return real(operation, request)

    monkeypatch.setattr(dynamo.client(), "_make_api_call", noted)
    found("/jobs", q="tap", category="plumbing", location="Durban")
    assert calls == ["Query", "BatchGetItem", "BatchGetItem"]  # the rows, the jobs, their buyers
    # and nothing is read if the query finds nothing
    calls.clear()
    found("/jobs", q="roof")
    assert calls == ["Query"]


@pytest.mark.parametrize("path", ["/jobs", "/listings"])
@pytest.mark.parametrize("q", ["", "  ", "!?", "one two three four", "x" * 101])
def test_a_search_without_words_or_with_too_many_is_refused(path: str, q: str) -> None:
    answer = VISITOR.get(path, query={"q": q})
    assert (answer.status, answer.fields) == (422, {"q"})


def test_a_repeated_word_counts_once(buyer: Person) -> None:
    job = post_job(buyer)
    follow("search")
    assert found("/jobs", q="Tap tap TAP leaking fix") == [job]


def test_a_cursor_of_another_search_is_refused(buyer: Person) -> None:
    for _ in range(2):
        post_job(buyer)
    follow("search")
    cursor = VISITOR.get("/jobs", query={"q": "tap", "limit": "1"}).body["nextCursor"]
    assert VISITOR.get("/jobs", query={"q": "tap", "cursor": cursor}).status == 200
    assert VISITOR.get("/jobs", query={"q": "leaking", "cursor": cursor}).status == 400
    assert VISITOR.get("/jobs", query={"cursor": cursor}).status == 400


def test_titles_and_locations_that_grow_when_folded_are_found(trusted: Person) -> None:
    # given characters that become three or eighteen when case-folded and normalised
    listing = list_materials(trusted, title="\ufb03" * 200, location="\ufdfa" * 200)
    follow("search")
    assert found("/listings", q="\ufb03" * 100, location="\ufdfa" * 200) == [listing]


def test_an_item_that_fails_does_not_block_others(trusted: Person, monkeypatch: pytest.MonkeyPatch) -> None:

    # given two listings, one of which cannot be read
    broken, fine = list_materials(trusted), list_materials(trusted)
    real = service.refresh

    def refresh(kind: Any, object_id: str, earlier: Any, key: Any) -> bool:
        if object_id == broken:
            raise Unavailable
        return real(kind, object_id, earlier, key)

    monkeypatch.setattr(service, "refresh", refresh)
    # when one batch has messages of both, of the broken one twice
    records = [
        {
            "messageId": str(number),
            "body": f'{{"consumer": "search", "kind": "listings", "id": "{listing}", "words": []}}',
            "attributes": {"MessageGroupId": f"listings#{listing}"},
            "eventSource": "aws:sqs",
            "receiptHandle": "",
        }
        for number, listing in enumerate((broken, fine, broken))
    ]
    answer = app("derived").handler({"Records": records}, Context())
    # then only the broken one's messages return to the queue, in order
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["0", "2"]
    assert found("/listings", q="bricks") == [fine]
