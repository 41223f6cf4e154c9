"""What a client loads first: the configuration and the places, and how places are compared."""

from __future__ import annotations

import pytest

from khaya.platform.base.settings import settings
from khaya.provider.pages import checkout_pages
from tests.support.client import VISITOR, Person
from tests.support.records import list_materials, post_job, profile
from tests.support.streams import follow

BUYER = Person("buyer-1", ("buyer",))


def test_the_configuration_has_limits_shares_and_least_amounts() -> None:
    found = VISITOR.get("/config").body
    assert {*found} == {
        "limits",
        "amounts",
        "escrow",
        "rewards",
        "provider",
        "webPushKey",
        "helpAddress",
        "oldestClient",
    }
    assert (found["limits"]["photos"], found["limits"]["listings"], found["limits"]["uploadBytes"]) == (
        5,
        20,
        5_242_880,
    )
    assert (found["amounts"]["budgetMinCents"], found["amounts"]["escrowMinCents"]) == (1_000, 20_000)
    assert found["amounts"]["withdrawalMinCents"] == 10_000
    assert found["escrow"] == {
        "feePercent": 5,
        "depositPercent": 30,
        "allAtOnceBelowCents": 50_000,
        "depositHours": 72,
        "balanceHours": 72,
        "releaseHours": 72,
    }
    assert found["rewards"] == {"referralCents": 5_000, "referralJobsCents": 250_000}
    assert (found["provider"]["name"], found["oldestClient"]) == ("Paystack", 1)


def test_the_web_push_key_is_a_public_key_that_follows_the_service_key() -> None:
    key = VISITOR.get("/config").body["webPushKey"]
    assert (len(key), key[0]) == (87, "B"), "an uncompressed point of the curve in base64url"
    assert VISITOR.get("/config").body["webPushKey"] == key


def test_where_no_push_service_is_allowed_there_is_no_web_push(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PUSH_SERVICES", "")
    settings.cache_clear()
    assert VISITOR.get("/config").body["webPushKey"] is None
    monkeypatch.undo()
    settings.cache_clear()


def test_the_address_for_questions_is_the_deployments_and_null_where_nobody_reads_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for address, told in (("help@khaya.example", "help@khaya.example"), ("", None)):
        monkeypatch.setenv("HELP_ADDRESS", address)
        settings.cache_clear()
        assert VISITOR.get("/config").body["helpAddress"] == told
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize(
    ("base_url", "host"),
    [("https://api.paystack.co", "checkout.paystack.com"), ("http://127.0.0.1:4000", "127.0.0.1:4000")],
)
def test_the_hosts_are_those_of_the_provider_s_pages(base_url: str, host: str) -> None:
    assert checkout_pages("paystack", base_url).hosts == (host,)


@pytest.mark.parametrize("path", ["/config", "/places"])
def test_what_a_client_has_already_is_not_sent_again(path: str) -> None:
    first = VISITOR.get(path)
    assert (first.status, first.headers["Cache-Control"]) == (200, "public, max-age=300")
    again = VISITOR.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.text) == (304, "")


def test_the_places_have_aliases_and_named_sources() -> None:
    found = VISITOR.get("/places").body
    places = {one["name"]: one["aliases"] for one in found["items"]}
    assert "Kwa Mashu" in places["KwaMashu"]
    assert {"GeoNames"} <= {one["name"] for one in found["sources"]}
    assert all(one["licence"] for one in found["sources"])


def test_an_alias_finds_the_jobs_of_its_place_and_a_job_keeps_the_name_that_was_typed() -> None:
    # given two jobs at one place under different names
    first, second = post_job(BUYER, location="Kwa Mashu"), post_job(BUYER, location="KwaMashu")
    post_job(BUYER, location="Durban")
    follow()
    # when either name is looked for, alone, with a category or with words
    for name in ("kwamashu", "KWA MASHU", "Kwa-Mashu"):
        for query in ({}, {"category": "plumbing"}, {"q": "tap"}, {"q": "tap", "category": "plumbing"}):
            items = VISITOR.get("/jobs", query={"location": name, **query}).body["items"]
            # then both are found
            assert [one["id"] for one in items] == [second, first]
    assert VISITOR.get(f"/jobs/{first}").body["location"] == "Kwa Mashu"


def test_an_alias_finds_the_people_and_listings_of_its_place() -> None:
    profile("worker-1", roles=["worker"], trades=["plumbing"], location="Stanger")
    profile("seller-1", roles=["seller"], verified=True)
    listing = list_materials(Person("seller-1", ("seller",)), location="KwaDukuza")
    people = VISITOR.get("/profiles", query={"location": "kwadukuza"}).body["items"]
    assert [one["userId"] for one in people] == ["worker-1"]
    assert VISITOR.get("/listings", query={"location": "stanger"}).body["items"][0]["id"] == listing
