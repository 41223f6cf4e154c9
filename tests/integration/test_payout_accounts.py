"""Payout accounts: given, checked at the provider, masked; their numbers stand nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from khaya.payout_accounts import service, store
from khaya.platform.aws import secrets
from khaya.platform.base import clock as khaya_clock
from khaya.provider.errors import ProviderUnavailable, Refused, Unclear
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Answer, Person
from tests.support.payments import ACCOUNT
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import profile
from tests.support.streams import dispatch, follow, run_due_payouts, waiting
from tests.support.template import function_environment

PERSON = Person("person-1", ("worker",), signed_in_at=10**10)
ANOTHER = Person("person-2", ("worker",), signed_in_at=10**10)
OTHER_IDENTITY = "9202204720083"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    with fake_provider(monkeypatch) as fake:
        yield fake


@pytest.fixture
def rotated() -> Iterator[Any]:
    """A function that gives the service key another version."""
    name = function_environment()["SERVICE_KEY_ARN"]

    def rotate(version: str) -> None:
        stand_in.client("secretsmanager").put_secret_value(SecretId=name, SecretString=version * 64)
        secrets.clear_cache()

    yield rotate
    rotate("k")
    rotate("k")


def give(person: Person = PERSON, **fields: Any) -> Answer:
    return person.put("/payouts/account", {**ACCOUNT, **fields})


def shown(person: Person = PERSON) -> dict[str, Any]:
    answer = person.get("/payouts/account")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.body
    return found


def test_an_account_is_checked_and_usable_after_a_day(provider: FakeProvider) -> None:
    # given
    profile("person-1")
    asked = give()
    assert (asked.status, asked.body["verified"], asked.body["problem"]) == (202, False, None)
    # when the consumer checks it
    follow("payout_accounts", "notices")
    # then
    assert shown() == {
        "bankCode": "632005",
        "bankName": "Absa Bank",
        "accountName": "S Dlamini",
        "accountNumberMasked": "******4567",
        "verified": True,
        "problem": None,
        "usableFrom": "2026-11-22T08:00:00.000Z",
    }
    told = [item["kind"] for item in PERSON.get("/notifications").body["items"]]
    assert sorted(told) == ["payoutAccountChanged", "payoutAccountVerified"]


def test_there_is_no_account_before_one_was_given() -> None:
    assert PERSON.get("/payouts/account").status == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"bankCode": "0"}, "bankCode"),
        ({"accountNumber": "12"}, "accountNumber"),
        ({"accountNumber": "6200 1234"}, "accountNumber"),
        ({"accountName": ""}, "accountName"),
        ({"identityNumber": "8001015009088"}, "identityNumber"),
        ({"identityNumber": "8013015009082"}, "identityNumber"),
        ({"identityNumber": "80010150090"}, "identityNumber"),
    ],
)
def test_details_that_cannot_be_are_refused_without_repeating_them(
    provider: FakeProvider, fields: dict[str, str], field: str
) -> None:
    answer = give(**fields)
    assert (answer.status, answer.fields) == (422, {field})
    assert not any(len(value) > 5 and value in answer.text for value in fields.values())


@pytest.mark.parametrize(("number", "problem"), [("62001234561", "somebody_else"), ("62001234562", "closed")])
def test_an_account_that_is_not_ones_own_is_not_verified(provider: FakeProvider, number: str, problem: str) -> None:
    profile("person-1")
    give(accountNumber=number)
    follow("payout_accounts", "notices")
    assert (shown()["verified"], shown()["problem"]) == (False, problem)
    told = {item["kind"] for item in PERSON.get("/notifications").body["items"]}
    assert told == {"payoutAccountChanged", "payoutAccountRefused"}
    assert provider.recipients == {}


def test_an_account_that_the_provider_does_not_take_is_not_verified(provider: FakeProvider) -> None:
    give()
    provider.fail("make_recipient", Refused("invalid_bank"))
    follow("payout_accounts")
    assert shown()["problem"] == "unknown"


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("check_account", ProviderUnavailable("down")),
        ("make_recipient", ProviderUnavailable("down")),
        ("make_recipient", Unclear("timeout")),
    ],
)
def test_a_check_that_the_provider_does_not_answer_is_made_later(
    provider: FakeProvider, clock: Clock, method: str, error: Exception
) -> None:
    give()
    provider.fail(method, error, times=3)
    follow("payout_accounts")
    assert shown()["problem"] is None
    for _ in range(4):
        clock.tick(minutes=5)
        run_due_payouts()
    assert shown()["verified"]


def test_at_most_three_accounts_are_checked_in_a_day(provider: FakeProvider, clock: Clock) -> None:
    assert [give(accountNumber=f"6200123450{n}").status for n in (3, 4, 5, 6)] == [202, 202, 202, 429]
    refused = give()
    assert refused.body["code"] == "too_many_account_checks"
    assert int(refused.headers["Retry-After"]) == 14 * 3600  # until midnight in South Africa
    clock.tick(hours=14)
    assert give().status == 202


def test_the_same_account_again_is_no_further_check_and_is_held_no_longer(provider: FakeProvider, clock: Clock) -> None:
    profile("person-1")
    # given an account whose answer was lost, and that is sent again before and after its check
    before = [give().body for _ in range(3)]
    follow("payout_accounts")
    verified = shown()
    clock.tick(hours=1)
    # when
    again = give()
    # then
    assert before[0] == before[1] == before[2]
    assert (again.status, again.body) == (202, verified)
    # and another one is still taken
    assert give(accountNumber="62001234503").status == 202


def test_the_first_verified_account_fixes_the_identity_number(provider: FakeProvider, clock: Clock) -> None:
    give()
    follow("payout_accounts")
    give(identityNumber=OTHER_IDENTITY)
    follow("payout_accounts")
    assert (shown()["verified"], shown()["problem"]) == (False, "identity_differs")
    give()
    follow("payout_accounts")
    assert shown()["verified"]


def test_an_account_that_was_not_verified_fixes_nothing(provider: FakeProvider) -> None:
    give(accountNumber="62001234561")
    follow("payout_accounts")
    give(identityNumber=OTHER_IDENTITY)
    follow("payout_accounts")
    assert shown()["verified"]


def test_an_identity_number_is_one_persons(provider: FakeProvider) -> None:
    for person in (PERSON, ANOTHER):
        give(person, accountNumber="62001234560" if person is PERSON else "62001234570")
        follow("payout_accounts")
    assert shown()["verified"]
    assert shown(ANOTHER)["problem"] == "identity_taken"


def test_two_people_who_give_one_identity_number_at_once_do_not_both_get_it(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given two people with one number, neither of which was checked
    for person in (PERSON, ANOTHER):
        give(person)
    # when the other one is checked while the first is at the provider
    check, raced = provider.check_account, []

    def check_both(account: Any) -> Any:
        if not raced:
            raced.append(True)
            service.check("person-2", khaya_clock.now())
        return check(account)

    monkeypatch.setattr(provider, "check_account", check_both)
    service.check("person-1", khaya_clock.now())
    # then one has it
    assert sorted([shown()["verified"], shown(ANOTHER)["verified"]]) == [False, True]
    assert shown()["problem"] == "identity_taken"


def test_after_a_rotation_of_the_service_key_numbers_are_still_recognised(provider: FakeProvider, rotated: Any) -> None:
    # given an account checked under one key
    give()
    follow("payout_accounts")
    # when the key changes
    rotated("n")
    # then another person's number is recognised, and the same person's too
    give(ANOTHER, accountNumber="62001234570")
    follow("payout_accounts")
    assert shown(ANOTHER)["problem"] == "identity_taken"
    give(accountNumber="62001234580")
    follow("payout_accounts")
    assert shown()["verified"]
    # and under both keys afterwards
    rotated("m")
    give(ANOTHER, accountNumber="62001234590")
    follow("payout_accounts")
    assert shown(ANOTHER)["problem"] == "identity_taken"


def test_an_account_sealed_under_a_key_that_is_gone_has_to_be_given_again(provider: FakeProvider, rotated: Any) -> None:
    give()
    rotated("n")
    rotated("m")
    follow("payout_accounts")
    assert shown()["problem"] == "unknown"


def test_a_check_of_an_earlier_account_changes_nothing(provider: FakeProvider) -> None:
    give()
    give(accountNumber="62001234570")
    follow("payout_accounts")
    assert shown()["accountNumberMasked"] == "******4570"
    assert len(provider.recipients) == 1


def test_changing_an_account_needs_a_recent_sign_in(provider: FakeProvider) -> None:
    early = Person("person-1", ("worker",), signed_in_at=1_795_248_000 - 600)
    assert give(early).body["code"] == "recent_sign_in_required"


def test_banks_are_fetched_once_a_day_and_shown_while_the_provider_is_down(
    provider: FakeProvider, clock: Clock
) -> None:
    provider.mode = "down"
    assert PERSON.get("/payouts/banks").status == 503
    provider.mode = "up"
    for _ in range(3):
        found = PERSON.get("/payouts/banks").body["items"]
        assert found == [{"code": "632005", "name": "Absa Bank"}, {"code": "470010", "name": "Capitec Bank"}]
    assert provider.made("banks") == 2
    clock.tick(days=1)
    provider.mode = "down"
    assert len(PERSON.get("/payouts/banks").body["items"]) == 2


def test_no_number_stands_in_tables_queues_streams_logs_or_exports(
    provider: FakeProvider, capfd: pytest.CaptureFixture[str]
) -> None:
    profile("person-1")
    seen: list[str] = []

    def look() -> None:
        seen.append(json.dumps(stand_in.contents(), default=str))
        seen.append(json.dumps(stand_in.stored("users"), default=str))

    # when accounts are given, refused, verified, and the person exports their data
    give()
    look()
    follow("payout_accounts", "notices", "audit", "event_bus")
    give(accountNumber="62001234561")
    look()
    dispatch()
    seen += [json.dumps(waiting(queue)) for queue in ("ProviderQueue", "NoticesQueue", "RecordsQueue")]
    PERSON.post("/profiles/me/export")
    follow()
    look()
    files = stand_in.client("s3")
    bucket = function_environment()["MEDIA_BUCKET"]
    for one in files.list_objects_v2(Bucket=bucket).get("Contents", []):
        seen.append(files.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().decode())
    out, err = capfd.readouterr()
    text = "\n".join([*seen, out, err])
    # then none of the numbers is in any of it
    for number in (ACCOUNT["accountNumber"], "62001234561", ACCOUNT["identityNumber"]):
        assert number not in text
    assert "******4561" in text or "4561" in text


def test_an_erased_person_has_no_account_and_their_number_stays_taken(provider: FakeProvider) -> None:
    stand_in.pool_with(PERSON)
    profile("person-1", roles=["worker"])
    give()
    follow("payout_accounts")
    assert PERSON.delete("/profiles/me").status == 204
    follow()
    assert store.find("person-1") is None
    give(ANOTHER, accountNumber="62001234570")
    follow("payout_accounts")
    assert shown(ANOTHER)["problem"] == "identity_taken"
