"""Pages to share: what messengers read, what is closed, and what they never show."""

from __future__ import annotations

import html
import re

import pytest

from tests.support.client import VISITOR, Answer, Person
from tests.support.records import accept, list_materials, place_bid, post_job, profile
from tests.support.stories import approved_story

BUYER, WORKER = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
APP = "https://app.khaya.example"


def shared(kind: str, object_id: str, **query: str) -> Answer:
    answer = VISITOR.get(f"/s/{kind}/{object_id}", query=query)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8"), answer.text
    assert len(answer.text.encode()) <= 6 * 1024
    assert "<script" not in answer.text
    return answer


def tags(answer: Answer) -> dict[str, str]:
    found = re.findall(r'<meta property="og:([a-z_:]+)" content="([^"]*)">', answer.text)
    return {name: html.unescape(content) for name, content in found}


def link(answer: Answer) -> str:
    (found,) = re.findall(r'<a class="open" href="([^"]*)">', answer.text)
    return html.unescape(found)


def is_closed(answer: Answer) -> bool:
    closed = 'name="robots" content="noindex"' in answer.text
    assert closed == (answer.headers.get("X-Robots-Tag") == "noindex")
    return closed


def test_a_job_is_told_by_title_place_budget_bids_and_date() -> None:
    job = post_job(BUYER, startDate="2026-12-01", budgetCents=123_450)
    place_bid(WORKER, job)
    page = shared("jobs", job)
    assert tags(page) == {
        "title": "Fix a leaking tap, Durban",
        "description": "Budget R1 234.50. Bids: 1. Open until 21 December 2026.",
        "url": f"{APP}/s/jobs/{job}",
        "type": "website",
        "site_name": "Khaya",
        "locale": "en_ZA",
    }
    assert link(page) == f"{APP}/jobs/{job}"
    assert "The kitchen tap drips all night long." in page.text
    assert "1 December 2026" in page.text
    assert not is_closed(page)
    # and the tags are the first in the head
    assert page.text.index("og:title") < page.text.index("<title>") < page.text.index("<style>")


def test_a_page_is_in_the_language_that_its_link_names() -> None:
    job = post_job(BUYER)
    page = shared("jobs", job, language="zu")
    assert '<html lang="zu">' in page.text
    assert (tags(page)["locale"], tags(page)["url"]) == ("zu_ZA", f"{APP}/s/jobs/{job}?language=zu")
    assert "Vula ku-Khaya" in page.text


def test_typed_text_is_text_and_nothing_else_and_the_page_loads_nothing() -> None:
    job = post_job(
        BUYER, title='<script>alert("x")</script>', description="<img src=x onerror=alert(1)> drips & drips."
    )
    page = shared("jobs", job)
    assert "&lt;script&gt;" in page.text
    assert "<img" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_a_page_of_the_longest_values_stays_below_six_kilobytes() -> None:
    name = "&" * 196 + "abcd"
    page = shared("jobs", post_job(BUYER, title=name, location=name, description="drip & drop, " * 300))
    assert "drip &amp; drop" in page.text


def test_a_phone_number_that_somebody_typed_is_not_on_the_page() -> None:
    job = post_job(BUYER, title="Tap drips, 082 123 4567", description="The tap drips. Phone +27 82 123 4567 at noon.")
    page = shared("jobs", job)
    assert tags(page)["title"] == "Tap drips, \u2026, Durban"
    assert "The tap drips. Phone \u2026 at noon." in page.text
    assert not re.search(r"123.?4567", page.text)


def test_a_closed_job_and_one_that_never_was_look_alike() -> None:
    job = post_job(BUYER)
    accept(BUYER, place_bid(WORKER, job))
    closed, unknown = shared("jobs", job), shared("jobs", "nothing")
    assert is_closed(closed)
    assert "leaking tap" not in closed.text
    assert closed.text.replace(job, "nothing") == unknown.text


def test_materials_are_told_by_price_stock_and_place() -> None:
    profile("seller-1", roles=["seller"], verified=True, display_name="Zanele")
    listing = list_materials(Person("seller-1", ("seller",)))
    page = shared("materials", listing)
    assert (tags(page)["title"], tags(page)["description"]) == ("Clay face bricks", "R4.50 / brick. Durban.")
    assert link(page) == f"{APP}/materials/{listing}"


def test_a_person_is_told_by_trades_and_reputation_without_a_phone_number() -> None:
    profile(
        "worker-1",
        roles=["worker"],
        display_name="Sipho",
        trades=["Plumbing"],
        location="KwaMashu",
        rating_sum=9,
        rating_count=2,
        completed_jobs=3,
        verified=True,
        phone="+27821234567",
    )
    page = shared("people", "worker-1")
    assert tags(page)["title"] == "Sipho"
    assert "4.5 / 5, 2 reviews" in page.text
    assert "821234567" not in page.text
    assert link(page) == f"{APP}/people/worker-1"


def test_a_new_person_has_no_reviews_and_a_suspended_one_no_page() -> None:
    profile("worker-1", roles=["worker"], display_name="Sipho")
    assert "no reviews yet" in shared("people", "worker-1").text
    profile("worker-2", roles=["worker"], display_name="Vusi", hidden=True)
    assert is_closed(shared("people", "worker-2"))


def test_a_story_is_told_by_its_beginning() -> None:
    story = approved_story(Person("author-1", ("worker",)))
    page = shared("stories", story)
    assert link(page) == f"{APP}/stories/{story}"
    assert not is_closed(page)


def test_an_invitation_names_who_invites_and_leads_to_the_code() -> None:
    profile("buyer-1", roles=["buyer"], display_name="Thandi")
    code = BUYER.get("/referrals/code").body["code"]
    page = shared("invite", f"{code[:4]}-{code[4:]}".lower())
    assert tags(page)["title"] == "Thandi invites you to Khaya"
    assert link(page) == f"{APP}/invite/{code}"
    assert is_closed(shared("invite", "XXXXXXXX"))


@pytest.mark.parametrize("kind", ["jobs", "materials", "people", "stories", "invite"])
def test_the_unknown_has_a_page_of_its_kind(kind: str) -> None:
    assert is_closed(shared(kind, "nothing"))


def test_there_is_no_page_of_another_kind() -> None:
    assert VISITOR.get("/s/bids/nothing").status == 422
