"""One phone and one e-mail belong to one account at most."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError
from moto.cognitoidp.responses import CognitoIdpResponse

from operations.user_pool import People, UserPool
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox, stand_in
from tests.support.client import Answer, Person
from tests.support.pool import Pool, account
from tests.support.stand_in import records, stored
from tests.support.streams import follow
from tests.support.template import function_environment, table_name

PHONE = "+27837654321"
EMAIL = "zanele@example.org"
CONTACTS = [{"phone": PHONE}, {"email": EMAIL}]


def proof_of(me: Person, contact: dict[str, str]) -> dict[str, str]:
    """The answer to a new code for a contact of the person."""
    challenge = me.post("/auth/contacts", contact).body["challenge"]
    return {"challenge": challenge, "code": mailbox.deliver()[0].code}


def prove(me: Person, proof: dict[str, str]) -> Answer:
    return me.post("/auth/contacts/proof", proof)


def holders() -> dict[str, str]:
    """The phones and e-mails that are taken, and by whom."""
    return {
        row["userId"].partition("#")[2]: row["holder"]
        for row in stored("users")
        if row["userId"].startswith(("phone#", "email#"))
    }


def test_a_sign_up_takes_the_proved_contact_and_no_other(newcomer: Newcomer) -> None:
    me = newcomer.signed_in(email=EMAIL).person
    assert holders() == {newcomer.phone: me.user_id}
    other = Newcomer("+27829999999").signed_in(channel="email", email=EMAIL).person
    assert holders() == {newcomer.phone: me.user_id, EMAIL: other.user_id}


@pytest.mark.parametrize("contact", CONTACTS, ids=str)
def test_a_proved_contact_belongs_to_the_account_until_it_is_changed(
    newcomer: Newcomer, contact: dict[str, str]
) -> None:
    # given a person who took the contact
    me, other = newcomer.signed_in().person, Newcomer().signed_in().person
    ((kind, value),) = contact.items()
    assert prove(me, proof_of(me, contact)).status == 200
    # then nobody else can take it
    refused = prove(other, proof_of(other, contact))
    assert refused.status == 409
    assert holders()[value] == me.user_id
    # and when the person changes it, then another can
    changed = {"phone": "+27831111111"} if kind == "phone" else {"email": "other@example.org"}
    assert prove(me, proof_of(me, changed)).status == 200
    assert value not in holders()
    assert prove(other, proof_of(other, contact)).status == 200
    assert holders()[value] == other.user_id


@pytest.mark.parametrize("contact", CONTACTS, ids=str)
def test_a_row_of_ours_refuses_a_contact_that_cognito_would_allow(
    newcomer: Newcomer, contact: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a person with the contact, whose account the user pool lost
    me, other = newcomer.signed_in().person, Newcomer().signed_in().person
    prove(me, proof_of(me, contact))
    from khaya.platform.aws import cognito  # noqa: PLC0415 - after the environment is set

    changes: list[Any] = []
    monkeypatch.setattr(cognito, "find", lambda _: None)
    monkeypatch.setattr(cognito, "set_contact", lambda *change: changes.append(change))
    # when another person proves it, then they are refused, and Cognito is not changed
    assert prove(other, proof_of(other, contact)).status == 409
    assert changes == []


def test_proving_ones_own_contact_again_changes_nothing(newcomer: Newcomer) -> None:
    me = newcomer.signed_in().person
    before = (records(), holders())
    assert prove(me, proof_of(me, {"phone": newcomer.phone})).status == 200
    assert [one["phone"] for one in before[0]] == [one["phone"] for one in records()]
    assert holders() == before[1]


def test_an_erasure_frees_the_contacts(newcomer: Newcomer) -> None:
    me = newcomer.signed_in().person
    prove(me, proof_of(me, {"email": EMAIL}))
    assert me.delete("/profiles/me").status == 204
    for _ in range(2):
        follow()
    assert [row["userId"] for row in stored("users") if "#" in row["userId"] and "former" not in row["userId"]] == []
    assert newcomer.signed_in().person.user_id != me.user_id


def test_given_a_rebuilt_user_pool_when_a_person_signs_up_again_then_it_is_the_same_person(newcomer: Newcomer) -> None:
    # given a person whose account was lost with the user pool
    me = newcomer.signed_in().person
    from khaya.platform.aws import cognito  # noqa: PLC0415 - after the environment is set

    cognito.delete(newcomer.phone)
    assert account(newcomer.phone) is None
    # when they sign up again, then they are the same person, in another account
    again = Newcomer(newcomer.phone).signed_in().person
    assert again.user_id == me.user_id
    assert again.subject != me.subject
    assert again.get("/profiles/me").body["displayName"] == "Zanele Nkosi"
    assert again.put("/profiles/me/roles", {"roles": ["worker"]}).status == 200


def test_given_a_user_pool_that_operators_rebuilt_when_a_person_signs_in_by_a_code_then_all_is_as_before(
    newcomer: Newcomer,
) -> None:
    # given a worker with a phone and an e-mail, whose account was lost with the user pool
    me = newcomer.signed_in(password="their-own-password").person
    prove(me, proof_of(me, {"email": EMAIL}))
    assert me.put("/profiles/me/roles", {"roles": ["worker"]}).status == 200
    cognito, pool = stand_in.client("cognito-idp"), function_environment()["USER_POOL_ID"]
    cognito.admin_delete_user(UserPoolId=pool, Username=newcomer.phone)
    # when operators build it anew
    people = People(stand_in.client("dynamodb"), table_name("UsersTable"))
    for person in people.all():
        people.link(person, UserPool(cognito, pool).add(person))
    # then the password is gone, and a code signs in the same person, with their groups
    assert newcomer.by_password("their-own-password").status == 401
    challenge = newcomer.ask_code().body["challenge"]
    assert newcomer.answer(challenge, mailbox.deliver()[0].code).status == 200
    again = newcomer.person
    assert (again.user_id, again.roles) == (me.user_id, ("worker",))
    assert again.subject != me.subject
    own = again.get("/profiles/me").body
    assert (own["displayName"], own["phone"], own["email"]) == ("Zanele Nkosi", newcomer.phone, EMAIL)
    # and calls about their account reach the new one
    assert again.put("/profiles/me/roles", {"roles": ["worker", "buyer"]}).status == 200
    assert [row["userId"] for row in stored("users") if row["userId"].startswith("subject#")] == [
        f"subject#{again.subject}"
    ]


def test_given_cognito_fails_when_a_contact_is_proved_then_the_same_request_finishes_it(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    # given two people who prove one phone
    me, other = newcomer.signed_in().person, Newcomer().signed_in().person
    mine, theirs = proof_of(me, {"phone": PHONE}), proof_of(other, {"phone": PHONE})
    # when Cognito fails for the first, then nothing of theirs is changed
    with monkeypatch.context() as patch:
        patch.setattr(CognitoIdpResponse, "admin_update_user_attributes", _down)
        assert prove(me, mine).status == 503
    assert me.get("/profiles/me").body["phone"] == newcomer.phone
    assert PHONE not in holders()
    # and the phone is reserved for them, for a minute
    assert prove(other, theirs).status == 409
    # and the same request finishes the change
    assert prove(me, mine).body["phone"] == PHONE
    assert holders()[PHONE] == me.user_id
    clock.tick(minutes=2)
    assert prove(other, theirs).status == 409


def test_given_an_abandoned_proof_when_a_minute_is_over_then_another_person_can_take_the_phone(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    me, other = newcomer.signed_in().person, Newcomer().signed_in().person
    mine, theirs = proof_of(me, {"phone": PHONE}), proof_of(other, {"phone": PHONE})
    with monkeypatch.context() as patch:
        patch.setattr(CognitoIdpResponse, "admin_update_user_attributes", _down)
        assert prove(me, mine).status == 503
    clock.tick(seconds=61)
    assert prove(other, theirs).status == 200
    assert prove(me, mine).status == 409


def test_given_a_change_that_ended_after_cognito_had_it_when_the_person_signs_in_then_it_is_completed(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a change of phone that died before its commit
    me = newcomer.signed_in(password="a-long-password").person
    proof = proof_of(me, {"phone": PHONE})
    from khaya.sign_in import contacts  # noqa: PLC0415 - after the environment is set

    with monkeypatch.context() as patch:
        patch.setattr(contacts.users, "set_contact", lambda *_: 1 / 0)
        assert prove(me, proof).status == 500
    # when the person signs in with the new phone, then their record has it
    again = Newcomer(PHONE)
    assert again.by_password("a-long-password").status == 200
    assert again.person.user_id == me.user_id
    assert me.get("/profiles/me").body["phone"] == PHONE
    assert holders() == {PHONE: me.user_id}


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_fault_at_any_call_leaves_nothing_half_done_and_the_same_request_finishes(
    lost: str, monkeypatch: pytest.MonkeyPatch, pool: Pool
) -> None:
    position = 0
    while True:
        # given a person who proves a phone, and a fault at one call
        newcomer = Newcomer().signed_in()
        me, phone = newcomer.person, f"+2783500{position:04}"
        proof = proof_of(me, {"phone": phone})
        with monkeypatch.context() as patch:
            left = _dying_at(position, lost, patch)
            first = prove(me, proof)
        if left[0] >= 0:
            assert first.status == 200
            break
        assert first.status in (200, 503), (position, first.text)
        # then the record, the row and the answer of a repeated request agree
        if first.status == 503:
            again = prove(me, proof)
            assert again.status in (200, 401), (position, again.text)  # 401: it was committed already
        assert me.get("/profiles/me").body["phone"] == phone, position
        mine = {contact for contact, holder in holders().items() if holder == me.user_id}
        assert mine == {phone}, position
        position += 1
    assert position > 8


def _down(*_: Any) -> Any:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415

    raise JsonRESTError("TooManyRequestsException", "Rate exceeded")


def _dying_at(position: int, lost: str, patch: pytest.MonkeyPatch) -> list[int]:
    """Lose the request or the answer of one call of an AWS client; the list holds the calls that are left before it."""
    original, left = BaseClient._make_api_call, [position]  # type: ignore[attr-defined]

    def failing(client: Any, operation: str, request: Any) -> Any:
        left[0] -= 1
        if left[0] != -1:
            return original(client, operation, request)
        if lost == "answer":
            original(client, operation, request)
        raise ReadTimeoutError(endpoint_url=operation)

    patch.setattr(BaseClient, "_make_api_call", failing)
    return left
