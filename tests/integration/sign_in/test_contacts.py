"""Changing phone, e-mail and password."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox, streams
from tests.support.pool import account
from tests.support.records import accept, place_bid, post_job
from tests.support.streams import follow

NEW_PHONE = "083 765 4321"
NORMAL = "+27837654321"


def test_given_a_changed_phone_then_only_the_new_phone_signs_in(newcomer: Newcomer) -> None:
    # given a signed-in person
    me = newcomer.signed_in().person
    old = newcomer.phone
    # when she changes her phone and answers the code, which is sent to the new number
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    (sent,) = mailbox.deliver()
    answer = me.post("/auth/contacts/proof", {"challenge": challenge, "code": sent.code})
    # then the new number signs in, and the old one has no account
    assert sent.to == NORMAL
    assert (answer.status, answer.body) == (200, {"phone": NORMAL, "email": None})
    assert me.get("/profiles/me").body["phone"] == NORMAL
    assert account(old) is None
    again = Newcomer(NORMAL)
    challenge = again.ask_code().body["challenge"]
    assert again.answer(challenge, mailbox.deliver()[0].code).status == 200
    assert again.person.user_id == me.user_id


def test_given_an_added_email_then_codes_can_be_sent_to_email_or_phone(newcomer: Newcomer) -> None:
    me = newcomer.signed_in().person
    challenge = me.post("/auth/contacts", {"email": "Zanele@Example.org"}).body["challenge"]
    (sent,) = mailbox.deliver()
    assert (sent.channel, sent.to) == ("email", "zanele@example.org")
    assert me.post("/auth/contacts/proof", {"challenge": challenge, "code": sent.code}).status == 200
    by_mail, by_text = Newcomer("zanele@example.org"), Newcomer("zanele@example.org")
    first = by_mail.ask_code().body["challenge"]
    assert by_mail.answer(first, mailbox.deliver()[0].code).status == 200
    second = by_text.ask_code(channel="sms").body["challenge"]
    (text,) = mailbox.deliver()
    assert text.to == newcomer.phone
    assert by_text.answer(second, text.code).status == 200
    assert by_mail.person.user_id == by_text.person.user_id == me.user_id


def test_given_a_code_sent_to_the_old_phone_when_the_phone_changes_then_the_code_is_refused(newcomer: Newcomer) -> None:
    # given a code that was sent to the old number
    me = newcomer.signed_in().person
    outstanding = newcomer.ask_code().body["challenge"]
    (old,) = mailbox.deliver()
    # when the number changes
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    (new,) = mailbox.deliver()
    me.post("/auth/contacts/proof", {"challenge": challenge, "code": new.code})
    # then the code is refused
    assert newcomer.answer(outstanding, old.code).status == 401


def test_given_another_accounts_phone_when_it_is_verified_then_409_and_only_its_holder_learns_it(
    newcomer: Newcomer,
) -> None:
    # given an account with the number
    owner = Newcomer(NORMAL).signed_in()
    me = newcomer.signed_in().person
    # when another person requests it, then the response is as usual
    asked = me.post("/auth/contacts", {"phone": NEW_PHONE})
    assert (asked.status, asked.body.keys()) == (200, {"challenge", "expiresIn"})
    # and only the holder of the number, who gets the code, learns that it has an account
    (sent,) = mailbox.deliver()
    answer = me.post("/auth/contacts/proof", {"challenge": asked.body["challenge"], "code": sent.code})
    assert answer.status == 409
    found = account(NORMAL)
    assert found is not None
    assert owner.person.get("/profiles/me").body["phone"] == NORMAL
    assert me.get("/profiles/me").body["phone"] == newcomer.phone


def test_when_a_party_of_a_job_changes_their_phone_then_the_other_party_sees_the_new_one(newcomer: Newcomer) -> None:
    # given a job in progress
    me = newcomer.signed_in().person
    worker = Newcomer().signed_in().person
    me.roles, worker.roles = ("buyer",), ("worker",)
    job = post_job(me)
    accept(me, place_bid(worker, job))
    assert worker.get(f"/jobs/{job}").body["contact"]["phone"] == newcomer.phone
    # when the buyer changes their number
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    me.post("/auth/contacts/proof", {"challenge": challenge, "code": mailbox.deliver()[0].code})
    # then the worker has the new one
    assert worker.get(f"/jobs/{job}").body["contact"]["phone"] == NORMAL


def test_given_another_session_when_a_contact_code_is_answered_then_401(newcomer: Newcomer) -> None:
    me, other = newcomer.signed_in().person, Newcomer().signed_in().person
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    (sent,) = mailbox.deliver()
    proof = {"challenge": challenge, "code": sent.code}
    assert other.post("/auth/contacts/proof", proof).status == 401
    assert newcomer.answer(challenge, sent.code).status == 401, "it does not sign in either"
    assert me.post("/auth/contacts/proof", proof).status == 200


def test_given_a_sign_in_code_when_a_contact_is_verified_with_it_then_401(newcomer: Newcomer) -> None:
    me = newcomer.signed_in().person
    challenge = newcomer.ask_code().body["challenge"]
    proof = {"challenge": challenge, "code": mailbox.deliver()[0].code}
    assert me.post("/auth/contacts/proof", proof).status == 401


@pytest.mark.parametrize("body", [{}, {"phone": NEW_PHONE, "email": "zanele@example.org"}, {"phone": "12"}])
def test_a_change_of_no_or_two_contacts_is_refused(newcomer: Newcomer, body: dict[str, str]) -> None:
    assert newcomer.signed_in().person.post("/auth/contacts", body).status == 422


def test_given_an_old_sign_in_when_contact_or_password_is_changed_then_403(newcomer: Newcomer, clock: Clock) -> None:
    me = newcomer.signed_in().person
    clock.tick(minutes=10)
    newcomer.refresh()
    for person in (me, newcomer.person):
        assert person.post("/auth/contacts", {"phone": NEW_PHONE}).status == 403
        assert person.put("/auth/password", {"password": "a-long-password"}).status == 403


def test_when_a_password_is_changed_then_only_the_new_one_signs_in(newcomer: Newcomer) -> None:
    me = newcomer.signed_in().person
    for password in ("the-first-password", "the-second-password"):
        assert me.put("/auth/password", {"password": password}).status == 200
        assert newcomer.by_password(password).status == 200
    assert newcomer.by_password("the-first-password").status == 401
    assert me.put("/auth/password", {"password": "short"}).status == 422


def test_a_new_password_is_told_to_its_owner_by_every_channel(newcomer: Newcomer) -> None:
    # given a signed-in person
    me = newcomer.signed_in().person
    follow("notices")
    # when the password is set, and then changed
    assert me.put("/auth/password", {"password": "correct horse battery"}).status == 200
    follow("notices")
    assert me.put("/auth/password", {"password": "another horse battery"}).status == 200
    follow("notices")
    # then each is in the inbox, and queued for all channels that the person has
    items = me.get("/notifications").body["items"]
    assert [item["kind"] for item in items] == ["passwordChanged", "passwordChanged"]
    assert items[0]["title"] == "Your password was changed"
    found = streams.waiting("DeliveriesQueue")
    assert Counter(message["consumer"] for message in found) == {"whatsapp": 2, "sms": 2, "email": 2}
    # and the preferences do not offer to turn it off
    assert "passwordChanged" not in me.get("/notifications/preferences").body["channels"]


def test_a_changed_phone_is_told_to_the_old_and_the_new_one(newcomer: Newcomer) -> None:
    # given a signed-in person
    me = newcomer.signed_in().person
    old = newcomer.phone
    # when the phone changes
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    code = mailbox.deliver()[0].code
    assert me.post("/auth/contacts/proof", {"challenge": challenge, "code": code}).status == 200
    follow("notices")
    # then both notices wait for every channel, and neither event nor notice holds a contact
    items = me.get("/notifications").body["items"]
    assert {item["kind"] for item in items} == {"contactChanged", "contactReplaced"}
    assert {item["title"] for item in items} == {"Your phone number was changed", "Your phone number was replaced"}
    found = streams.waiting("DeliveriesQueue")
    assert old not in f"{items} {found}"
    assert Counter(message["consumer"] for message in found) == {"whatsapp": 2, "sms": 2, "email": 2}


def test_a_refused_password_is_told_to_nobody(newcomer: Newcomer) -> None:
    me = newcomer.signed_in().person
    assert me.put("/auth/password", {"password": "password123"}).status == 422
    follow("notices")
    assert me.get("/notifications").body["items"] == []
