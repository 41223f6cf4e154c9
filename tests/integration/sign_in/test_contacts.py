"""Changing phone, e-mail and password."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.pool import account
from tests.support.records import accept, place_bid, post_job

NEW_PHONE = "083 765 4321"
NORMAL = "+27837654321"


def test_a_proved_phone_is_how_one_signs_in_and_the_old_one_no_longer(newcomer: Newcomer) -> None:
    # given
    me = newcomer.settled().person
    old = newcomer.phone
    # when she asks for a change and answers the code, which goes to the new number
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    (sent,) = mailbox.deliver()
    answer = me.post("/auth/contacts/proof", {"challenge": challenge, "code": sent.code})
    # then
    assert sent.to == NORMAL
    assert (answer.status, answer.body) == (200, {"phone": NORMAL, "email": None})
    assert me.get("/profiles/me").body["phone"] == NORMAL
    assert account(old) is None
    again = Newcomer(NORMAL)
    challenge = again.ask_code().body["challenge"]
    assert again.answer(challenge, mailbox.deliver()[0].code).status == 200
    assert again.person.user_id == me.user_id


def test_an_email_is_added_and_codes_can_go_there_or_to_the_phone(newcomer: Newcomer) -> None:
    me = newcomer.settled().person
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


def test_a_code_to_a_phone_that_was_changed_meanwhile_signs_nobody_in(newcomer: Newcomer) -> None:
    # given a code that went to the old number
    me = newcomer.settled().person
    outstanding = newcomer.ask_code().body["challenge"]
    (old,) = mailbox.deliver()
    # when the number is changed
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    (new,) = mailbox.deliver()
    me.post("/auth/contacts/proof", {"challenge": challenge, "code": new.code})
    # then the old number's code is worth nothing
    assert newcomer.answer(outstanding, old.code).status == 401


def test_a_phone_of_somebody_else_is_told_to_nobody_but_its_owner(newcomer: Newcomer) -> None:
    # given
    owner = Newcomer(NORMAL).settled()
    me = newcomer.settled().person
    # when somebody asks for it, the answer is as ever
    asked = me.post("/auth/contacts", {"phone": NEW_PHONE})
    assert (asked.status, asked.body.keys()) == (200, {"challenge", "expiresIn"})
    # and only who holds the number learns that it has an account, which stays as it is
    (sent,) = mailbox.deliver()
    answer = me.post("/auth/contacts/proof", {"challenge": asked.body["challenge"], "code": sent.code})
    assert answer.status == 409
    found = account(NORMAL)
    assert found is not None
    assert owner.person.get("/profiles/me").body["phone"] == NORMAL
    assert me.get("/profiles/me").body["phone"] == newcomer.phone


def test_the_other_party_of_a_job_in_progress_sees_the_new_number(newcomer: Newcomer) -> None:
    # given a job in progress
    me = newcomer.settled().person
    worker = Newcomer().settled().person
    me.roles, worker.roles = ("buyer",), ("worker",)
    job = post_job(me)
    accept(me, place_bid(worker, job))
    assert worker.get(f"/jobs/{job}").body["contact"]["phone"] == newcomer.phone
    # when the buyer changes their number
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    me.post("/auth/contacts/proof", {"challenge": challenge, "code": mailbox.deliver()[0].code})
    # then the worker has the new one
    assert worker.get(f"/jobs/{job}").body["contact"]["phone"] == NORMAL


def test_a_contact_is_proved_by_the_session_that_asked(newcomer: Newcomer) -> None:
    me, other = newcomer.settled().person, Newcomer().settled().person
    challenge = me.post("/auth/contacts", {"phone": NEW_PHONE}).body["challenge"]
    (sent,) = mailbox.deliver()
    proof = {"challenge": challenge, "code": sent.code}
    assert other.post("/auth/contacts/proof", proof).status == 401
    assert newcomer.answer(challenge, sent.code).status == 401, "nor does it sign anybody in"
    assert me.post("/auth/contacts/proof", proof).status == 200


def test_a_code_for_signing_in_proves_no_contact(newcomer: Newcomer) -> None:
    me = newcomer.settled().person
    challenge = newcomer.ask_code().body["challenge"]
    proof = {"challenge": challenge, "code": mailbox.deliver()[0].code}
    assert me.post("/auth/contacts/proof", proof).status == 401


@pytest.mark.parametrize("body", [{}, {"phone": NEW_PHONE, "email": "zanele@example.org"}, {"phone": "12"}])
def test_one_contact_is_changed_at_a_time(newcomer: Newcomer, body: dict[str, str]) -> None:
    assert newcomer.settled().person.post("/auth/contacts", body).status == 422


def test_contacts_and_password_need_a_recent_sign_in(newcomer: Newcomer, clock: Clock) -> None:
    me = newcomer.settled().person
    clock.tick(minutes=10)
    newcomer.refresh()
    for person in (me, newcomer.person):
        assert person.post("/auth/contacts", {"phone": NEW_PHONE}).status == 401
        assert person.put("/auth/password", {"password": "a-long-password"}).status == 401


def test_a_password_is_set_and_changed(newcomer: Newcomer) -> None:
    me = newcomer.settled().person
    for password in ("the-first-password", "the-second-password"):
        assert me.put("/auth/password", {"password": password}).status == 200
        assert newcomer.by_password(password).status == 200
    assert newcomer.by_password("the-first-password").status == 401
    assert me.put("/auth/password", {"password": "short"}).status == 422
