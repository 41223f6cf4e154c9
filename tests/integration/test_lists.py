"""Lists in pages: full pages, no duplicates, no gaps, and cursors that are valid for one list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from khaya.platform.data import dynamo
from khaya.users import store as users
from tests.conftest import Clock
from tests.support.client import VISITOR, Person
from tests.support.records import place_bid, post_job, profile

OWNER = Person("owner", ("buyer",))
WORKER = Person("worker", ("worker",))
NUMBER = 7
Listing = tuple[Person, str, dict[str, str]]


def many_jobs() -> list[str]:
    return [post_job(OWNER, category="plumbing", location="Durban") for _ in range(NUMBER)][::-1]


def feed(**query: str) -> Callable[[], tuple[Listing, list[str]]]:
    def build() -> tuple[Listing, list[str]]:
        found = many_jobs()
        post_job(Person("another", ("buyer",)), category="tiling", location="Pinetown") if query else None
        return (VISITOR, "/jobs", query), found

    return build


def own_jobs(**query: str) -> Callable[[], tuple[Listing, list[str]]]:
    def build() -> tuple[Listing, list[str]]:
        found = many_jobs()
        post_job(Person("another", ("buyer",)))
        return (OWNER, "/jobs/mine", query), found

    return build


def jobs_of_worker() -> tuple[Listing, list[str]]:
    found = many_jobs()
    for job in found:
        OWNER.post(f"/bids/{place_bid(WORKER, job)}/acceptance")
    return (WORKER, "/jobs/mine", {"as": "worker", "status": "in_progress"}), found


def bids_on_job(sort: str) -> Callable[[], tuple[Listing, list[str]]]:
    def build() -> tuple[Listing, list[str]]:
        job = post_job(OWNER)
        amounts = [3000, 1000, 2000, 1000, 5000, 1000, 4000]
        bids = [
            (amount, place_bid(Person(f"worker-{number}", ("worker",)), job, amountCents=amount))
            for number, amount in enumerate(amounts)
        ]
        order = sorted(bids) if sort == "amount" else bids[::-1]
        return (OWNER, f"/jobs/{job}/bids", {"sort": sort}), [bid for _, bid in order]

    return build


def own_bids(**query: str) -> Callable[[], tuple[Listing, list[str]]]:
    def build() -> tuple[Listing, list[str]]:
        return (WORKER, "/bids/mine", query), [place_bid(WORKER, job) for job in many_jobs()][::-1]

    return build


def directory(**query: str) -> Callable[[], tuple[Listing, list[str]]]:
    def build() -> tuple[Listing, list[str]]:
        paid = [0, 50, 10, 10, 0, 30, 10]
        people = [(score, f"person-{number}") for number, score in enumerate(paid)]
        for score, name in people:
            profile(name, roles=["worker"], trades=["Plumbing"], location="Durban", paid_jobs=score)
        profile("elsewhere", roles=["seller"], paid_jobs=40)
        return (VISITOR, "/profiles", query), [name for _, name in sorted(people, reverse=True)]

    return build


LISTS: dict[str, Callable[[], tuple[Listing, list[str]]]] = {
    "feed": feed(),
    "feed by category": feed(category="plumbing"),
    "feed by place": feed(location="DURBAN "),
    "feed by both": feed(category="plumbing", location="durban"),
    "own jobs": own_jobs(),
    "own open jobs": own_jobs(status="open"),
    "jobs of a worker": jobs_of_worker,
    "bids by age": bids_on_job("createdAt"),
    "bids by amount": bids_on_job("amount"),
    "own bids": own_bids(),
    "own pending bids": own_bids(status="pending"),
    "directory": directory(),
    "directory by trade": directory(trade="plumbing"),
    "directory by place": directory(location="durban"),
    "directory by both": directory(trade="PLUMBING", location="Durban"),
}


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item.get("id") or item["userId"] for item in items]


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rate limit, because the setup writes more than twenty times a minute."""
    here = users.settings()
    monkeypatch.setattr(users, "settings", lambda: here.model_copy(update={"writes_per_minute": 0}))


@pytest.fixture(params=LISTS, ids=lambda name: name.replace(" ", "-"))
def listing(request: pytest.FixtureRequest) -> tuple[Listing, list[str]]:
    return LISTS[request.param]()


def test_pages_are_full_until_the_last_and_contain_each_item_once(listing: tuple[Listing, list[str]]) -> None:
    (person, path, query), expected = listing
    for limit in (1, 3, NUMBER - 1, NUMBER, NUMBER + 1, 50):
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = person.get(path, query={**query, "limit": str(limit), **({"cursor": cursor} if cursor else {})})
            assert (page.status, {*page.body}) == (200, {"items", "nextCursor"})
            found += ids(page.body["items"])
            cursor = page.body["nextCursor"]
            if cursor is None:
                break
            assert len(page.body["items"]) == limit
        assert found == expected


def test_each_page_takes_one_query_and_at_most_one_read_of_other_people(
    listing: tuple[Listing, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (person, path, query), _ = listing
    real, calls = dynamo.client()._make_api_call, []
    monkeypatch.setattr(dynamo.client(), "_make_api_call", lambda *call: (calls.append(call[0]), real(*call))[1])
    cursor = person.get(path, query={**query, "limit": "2"}).body["nextCursor"]
    person.get(path, query={**query, "limit": "2", "cursor": cursor})
    guard = 0 if person.user_id is None else 2
    others = calls.count("BatchGetItem")
    assert others in (0, 2)
    assert sorted(calls) == ["BatchGetItem"] * others + ["GetItem"] * guard + ["Query", "Query"]


def test_a_cursor_of_another_list_is_refused(listing: tuple[Listing, list[str]]) -> None:
    (person, path, query), _ = listing
    cursor = person.get(path, query={**query, "limit": "2"}).body["nextCursor"]
    assert person.get(path, query={**query, "cursor": cursor}).status == 200
    others = [
        ("/jobs", {}),
        ("/jobs", {"category": "tiling"}),
        ("/jobs", {"location": "pinetown"}),
        ("/jobs", {"category": "plumbing", "location": "pinetown"}),
        ("/jobs/mine", {}),
        ("/jobs/mine", {"as": "worker"}),
        ("/jobs/mine", {"status": "completed"}),
        ("/bids/mine", {}),
        ("/bids/mine", {"status": "accepted"}),
        ("/profiles", {}),
        ("/profiles", {"role": "seller"}),
        ("/profiles", {"trade": "tiling"}),
        ("/profiles", {"location": "pinetown"}),
        ("/jobs/01JCZX3V9T6V5Y8Q2M4N7B1KDE/bids", {}),
    ]
    everybody = Person(person.user_id, ("buyer", "worker")) if person.user_id else VISITOR
    for other_path, other_query in others:
        asked_private = "/mine" in other_path or "/bids" in other_path
        if (other_path, other_query) == (path, query) or (asked_private and everybody is VISITOR):
            continue
        answer = everybody.get(other_path, query={**other_query, "cursor": cursor})
        assert answer.status in (400, 404), (other_path, other_query)
        assert answer.status == 400 or "01JCZX" in other_path


def test_a_cursor_of_another_persons_private_list_is_refused(listing: tuple[Listing, list[str]]) -> None:
    (person, path, query), _ = listing
    cursor = person.get(path, query={**query, "limit": "2"}).body["nextCursor"]
    if person is VISITOR:
        assert Person("anybody", ("seller",)).get(path, query={**query, "cursor": cursor}).status == 200
    elif "/mine" in path:
        stranger = Person("stranger", ("buyer", "worker"))
        assert stranger.get(path, query={**query, "cursor": cursor}).status == 400


@pytest.mark.parametrize("path", ["/jobs", "/jobs/mine", "/bids/mine", "/profiles"])
@pytest.mark.parametrize("limit", ["0", "51", "-1", "x", "", "1.5", "1e1", "999999999999999999999999"])
def test_a_limit_outside_of_1_to_50_is_refused(path: str, limit: str) -> None:
    answer = Person("person", ("buyer", "worker")).get(path, query={"limit": limit})
    assert (answer.status, answer.fields) == (422, {"limit"})


@pytest.mark.parametrize("path", ["/jobs", "/jobs/mine", "/bids/mine", "/profiles"])
@pytest.mark.parametrize("cursor", ["", "x", "null", "eyJpZCI6ICIxIn0", "☃", "A" * 5000, "../..", "%00", "\ud800"])
def test_a_malformed_cursor_is_refused(path: str, cursor: str) -> None:
    assert Person("person", ("buyer", "worker")).get(path, query={"cursor": cursor}).status in (400, 422)


@pytest.mark.parametrize(
    "path", ["/jobs", "/jobs/mine", "/bids/mine", "/profiles", "/profiles/me", "/jobs/x", "/bids/x"]
)
def test_an_unknown_query_parameter_is_refused_by_name(path: str) -> None:
    answer = Person("person", ("buyer", "worker")).get(path, query={"offset": "20", "page": "2"})
    assert (answer.status, answer.fields) == (422, {"offset", "page"})


def test_the_default_limit_is_twenty() -> None:
    for _ in range(21):
        post_job(OWNER)
    first = VISITOR.get("/jobs").body
    assert len(first["items"]) == 20
    assert len(VISITOR.get("/jobs", query={"cursor": first["nextCursor"]}).body["items"]) == 1
    assert len(VISITOR.get("/jobs", query={"limit": "50"}).body["items"]) == 21


def test_when_items_are_added_and_removed_between_pages_then_the_next_page_continues_correctly(clock: Clock) -> None:
    # given the first page of a feed
    jobs = many_jobs()
    page = VISITOR.get("/jobs", query={"limit": "3"}).body
    assert ids(page["items"]) == jobs[:3]
    # when a job is posted, and the last of the page and the first of the next are cancelled
    clock.tick(seconds=1)
    post_job(OWNER)
    for gone in jobs[2:4]:
        OWNER.post(f"/jobs/{gone}/cancellation", {"reason": "Not needed."})
    # then the next page continues after the first
    following = VISITOR.get("/jobs", query={"limit": "3", "cursor": page["nextCursor"]}).body
    assert ids(following["items"]) == jobs[4:7]
    assert following["nextCursor"] is None


def test_only_responses_to_visitors_are_cacheable() -> None:
    many_jobs()
    for path in ("/jobs", "/profiles"):
        assert "s-maxage=2" in VISITOR.get(path).headers["Cache-Control"]
        assert OWNER.get(path).headers["Cache-Control"] == "no-store"
        assert VISITOR.get(path, query={"limit": "0"}).headers["Cache-Control"] == "no-store"
        assert "Authorization" in VISITOR.get(path).headers["Vary"]
