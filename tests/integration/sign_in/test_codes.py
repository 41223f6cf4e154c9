"""Requests for codes and answers to them, which do not reveal whether an account exists."""

from __future__ import annotations

import json

import pytest

from khaya.platform.aws import cognito
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import VISITOR, Context, app
from tests.support.pool import Pool, account
from tests.support.stand_in import groups_of_account, stored


def test_given_a_local_phone_number_when_a_new_person_signs_up_and_answers_the_code_then_they_are_signed_in() -> None:
    # given a phone number in local form
    zanele = Newcomer("082 123 4567")
    # when she signs up and answers the code of the text message
    asked = zanele.sign_up()
    (sent,) = mailbox.deliver()
    answer = zanele.answer(asked.body["challenge"], sent.code)
    # then she has tokens, an account, a record, an empty profile, and no role
    assert (sent.channel, sent.to) == ("sms", "+27821234567")
    assert asked.body.keys() == {"challenge", "expiresIn"}
    assert asked.body["expiresIn"] == 600
    assert answer.body.keys() == {
        "accessToken", "idToken", "refreshToken", "expiresIn", "userId", "roles", "isNew",
    }  # fmt: skip
    about = account("+27821234567")
    assert about is not None
    assert about["phone_number_verified"] == "true"
    me = zanele.person.get("/profiles/me").body
    assert (me["displayName"], me["phone"], me["roles"]) == ("Zanele Nkosi", "+27821234567", [])
    assert groups_of_account(about["phone_number"]) == set()


def test_given_an_unanswered_code_then_no_account_exists(newcomer: Newcomer) -> None:
    newcomer.sign_up()
    mailbox.deliver()
    assert account(newcomer.phone) is None
    assert stored("users") == []


def test_given_a_sign_up_by_email_then_only_the_email_is_verified(newcomer: Newcomer) -> None:
    newcomer.signed_in(channel="email", email="Zanele@Example.org")
    me = newcomer.person.get("/profiles/me").body
    assert (me["email"], me["phone"]) == ("zanele@example.org", None)
    assert account(newcomer.phone) is None, "the phone was not verified, so it has no account"


def test_given_an_existing_account_when_somebody_signs_up_with_its_number_then_it_is_signed_in_to_unchanged(
    newcomer: Newcomer,
) -> None:
    # given an account with a password
    first = newcomer.signed_in(password="their-own-password").person
    # when somebody signs up with its number and another password, and answers the code
    newcomer.signed_in(displayName="Somebody Else", password="another-password")
    # then they are signed in to the unchanged account
    assert newcomer.person.user_id == first.user_id
    assert newcomer.person.get("/profiles/me").body["displayName"] == "Zanele Nkosi"
    assert newcomer.by_password("their-own-password").status == 200
    assert newcomer.by_password("another-password").status == 401


def test_given_an_unverified_sign_up_when_the_owner_of_the_number_signs_up_then_nothing_of_it_is_kept(
    newcomer: Newcomer,
) -> None:
    # given a stranger who signed up with the number and a password, and did not answer the code
    newcomer.sign_up(displayName="A Stranger", password="a-strangers-password")
    mailbox.deliver()
    # when the owner of the number signs up
    newcomer.signed_in()
    # then the account has nothing of the stranger's
    assert newcomer.person.get("/profiles/me").body["displayName"] == "Zanele Nkosi"
    assert newcomer.by_password("a-strangers-password").status == 401


def test_given_two_codes_on_two_devices_when_each_is_answered_then_both_are_signed_in(newcomer: Newcomer) -> None:
    # given two codes
    newcomer.signed_in()
    first, second = newcomer.ask_code().body["challenge"], newcomer.ask_code().body["challenge"]
    one, two = mailbox.deliver()
    # when each device answers its own code
    # then both are signed in
    assert newcomer.answer(second, two.code).status == 200
    assert newcomer.answer(first, one.code).status == 200
    assert len(newcomer.person.get("/sessions").body["items"]) == 3


def test_a_code_of_another_challenge_is_refused(newcomer: Newcomer) -> None:
    newcomer.signed_in()
    first = newcomer.ask_code().body["challenge"]
    (own,) = mailbox.deliver()
    newcomer.ask_code()
    (other,) = mailbox.deliver()
    assert own.code == other.code or newcomer.answer(first, other.code).status == 401


def test_given_no_account_when_a_code_is_requested_then_the_response_is_the_same_and_no_code_is_sent(
    newcomer: Newcomer,
) -> None:
    # given a person with an account and one without
    known, unknown = newcomer.signed_in(), Newcomer()
    # when a code is requested for both
    answers = [known.ask_code(), unknown.ask_code()]
    # then the responses look the same, and only the first gets a code
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body.keys() == answers[1].body.keys()
    assert len(answers[0].body["challenge"]) == len(answers[1].body["challenge"])
    assert [one.to for one in mailbox.deliver()] == [known.phone]


def test_given_a_challenge_without_a_code_when_it_is_answered_then_401() -> None:
    challenge = Newcomer().ask_code().body["challenge"]
    mailbox.deliver()
    assert Newcomer().answer(challenge, "000000").status == 401


def test_a_wrong_code_and_an_unknown_challenge_get_the_same_response(newcomer: Newcomer) -> None:
    challenge = newcomer.signed_in().ask_code().body["challenge"]
    (sent,) = mailbox.deliver()
    wrong = newcomer.answer(challenge, _another(sent.code))
    unknown = newcomer.answer("A" * 32, "123456")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body


def test_given_an_answered_code_when_it_is_sent_again_then_401(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    assert newcomer.answer(challenge, sent.code).status == 200
    assert newcomer.answer(challenge, sent.code).status == 401
    assert len(stored("sessions")) == 1


def test_given_a_code_older_than_ten_minutes_when_it_is_answered_then_401(newcomer: Newcomer, clock: Clock) -> None:
    first, second = newcomer.sign_up().body["challenge"], newcomer.sign_up().body["challenge"]
    one, two = mailbox.deliver()
    clock.tick(minutes=9, seconds=59)
    assert newcomer.answer(first, one.code).status == 200
    clock.tick(seconds=1)
    assert newcomer.answer(second, two.code).status == 401


def test_given_three_wrong_attempts_when_the_correct_code_is_sent_then_401(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    for _ in range(3):
        assert newcomer.answer(challenge, _another(sent.code)).status == 401
    assert newcomer.answer(challenge, sent.code).status == 401


def test_given_two_wrong_attempts_when_the_correct_code_is_sent_then_200(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    for _ in range(2):
        newcomer.answer(challenge, _another(sent.code))
    assert newcomer.answer(challenge, sent.code).status == 200


@pytest.mark.parametrize("known", [True, False])
def test_given_three_codes_in_ten_minutes_when_a_fourth_is_requested_then_429(known: bool, clock: Clock) -> None:
    # given three codes, requested a minute apart
    somebody = Newcomer().signed_in() if known else Newcomer()
    clock.tick(minutes=10)
    for _ in range(3):
        assert somebody.ask_code().status == 200
        clock.tick(minutes=1)
    # when a fourth is requested
    refused = somebody.ask_code()
    # then 429 with Retry-After, after which one more is allowed
    assert (refused.status, refused.headers["Retry-After"]) == (429, "420")
    clock.tick(minutes=7)
    assert somebody.ask_code().status == 200
    assert somebody.ask_code().status == 429


def test_given_an_outage_of_cognito_when_it_ends_then_the_same_code_signs_in(newcomer: Newcomer, pool: Pool) -> None:
    # given an outage of Cognito during more correct answers than there are attempts
    challenge = newcomer.sign_up(password="a-long-password").body["challenge"]
    (sent,) = mailbox.deliver()
    pool.down = True
    for _ in range(4):
        assert newcomer.answer(challenge, sent.code).status == 503
    # when the outage ends
    pool.down = False
    # then the same code signs in once, and the account has the password
    assert newcomer.answer(challenge, sent.code).status == 200
    assert newcomer.answer(challenge, sent.code).status == 401
    assert newcomer.by_password("a-long-password").status == 200


def test_given_a_crash_after_the_claim_when_the_claim_expires_then_the_same_code_signs_in(
    newcomer: Newcomer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a crash between the claim of the challenge and the call of Cognito
    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    with monkeypatch.context() as crash:
        crash.setattr(cognito, "sign_in_with_proof", _crash)
        assert newcomer.answer(challenge, sent.code).status == 500
    # when the code is sent again, then it is refused until the claim expires
    assert newcomer.answer(challenge, sent.code).status == 401
    clock.tick(seconds=25)
    assert newcomer.answer(challenge, sent.code).status == 200


def test_given_a_message_delivered_twice_then_one_code_is_sent(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (queued,) = mailbox.queued()
    (sent,) = mailbox.deliver()
    again = app("code_delivery").handler({"Records": [mailbox.record(json.dumps(queued))]}, Context())
    assert again == {"batchItemFailures": []}
    assert len(mailbox.outbox()) == 1
    assert newcomer.answer(challenge, sent.code).status == 200


def test_the_queues_message_contains_neither_code_nor_number(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up(password="a-long-password").body["challenge"]
    assert mailbox.queued() == [{"consumer": "codes", "challengeId": challenge}]


def test_codes_and_passwords_are_not_stored_in_plain_text(newcomer: Newcomer) -> None:
    newcomer.sign_up(password="a-long-password")
    (sent,) = mailbox.deliver()
    kept = str(stored("challenges"))
    assert sent.code not in kept
    assert "a-long-password" not in kept


def test_given_a_sign_up_with_a_password_when_it_is_complete_then_the_password_works_and_is_deleted(
    newcomer: Newcomer,
) -> None:
    newcomer.signed_in(password="a-long-password")
    assert newcomer.by_password("a-long-password").status == 200
    assert not any("encryptedPassword" in row for row in stored("challenges"))


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/auth/codes", {"username": "nobody"}, "username"),
        ("/auth/codes", {"username": "0821234567", "channel": "pigeon"}, "channel"),
        ("/auth/codes", {"username": "+447911123456"}, "username"),
        ("/auth/sign-up", {"phone": "12", "displayName": "Zanele"}, "phone"),
        ("/auth/sign-up", {"phone": "0821234567", "displayName": "Z"}, "displayName"),
        ("/auth/sign-up", {"phone": "0821234567", "displayName": "Zanele", "password": "short"}, "password"),
        ("/auth/sign-up", {"phone": "0821234567", "displayName": "Zanele", "email": "zanele"}, "email"),
        ("/auth/sign-up", {"phone": "0821234567", "displayName": "Zanele", "channel": "email"}, "body"),
        ("/auth/sign-up", {"phone": "0821234567", "displayName": "Zanele", "roles": ["admin"]}, "roles"),
    ],
)
def test_an_invalid_request_is_refused_by_field(path: str, body: dict[str, str], field: str) -> None:
    answer = VISITOR.post(path, body)
    assert answer.status == 422, answer.text
    assert answer.fields == {field}


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def _crash(*_: object) -> None:
    raise MemoryError
