"""Asking for codes and answering them: what works, and that nothing tells who has an account."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.client import VISITOR, Context, app
from tests.support.pool import Pool, account
from tests.support.stand_in import groups_of, stored


def test_a_newcomer_signs_up_with_a_number_as_it_is_written_locally_and_is_signed_in_by_the_code() -> None:
    # given
    zanele = Newcomer("082 123 4567")
    # when she signs up and answers the code that comes by text message
    asked = zanele.sign_up()
    (sent,) = mailbox.deliver()
    answer = zanele.answer(asked.body["challenge"], sent.code)
    # then she has tokens, an account, a record and an empty profile, and no role yet
    assert (sent.channel, sent.to) == ("sms", "+27821234567")
    assert asked.body.keys() == {"challenge", "expiresIn"}
    assert asked.body["expiresIn"] == 600
    assert answer.body.keys() == {"accessToken", "idToken", "refreshToken", "expiresIn"}
    about = account("+27821234567")
    assert about is not None
    assert about["phone_number_verified"] == "true"
    me = zanele.person.get("/profiles/me").body
    assert (me["displayName"], me["phone"], me["roles"]) == ("Zanele Nkosi", "+27821234567", [])
    assert groups_of(about["phone_number"]) == set()


def test_nothing_is_made_before_the_code_is_answered(newcomer: Newcomer) -> None:
    newcomer.sign_up()
    mailbox.deliver()
    assert account(newcomer.phone) is None
    assert stored("users") == []


def test_the_email_is_proved_instead_where_the_code_goes_there(newcomer: Newcomer) -> None:
    newcomer.settled(channel="email", email="Zanele@Example.org")
    me = newcomer.person.get("/profiles/me").body
    assert (me["email"], me["phone"]) == ("zanele@example.org", None)
    assert account(newcomer.phone) is None, "the phone was not proved, so it is nobody's"


def test_signing_up_with_an_account_changes_nothing_and_signs_in_to_it(newcomer: Newcomer) -> None:
    # given somebody with a password
    first = newcomer.settled(password="their-own-password").person
    # when somebody signs up on their number with another name and password, and it is they who answer
    newcomer.settled(displayName="Somebody Else", password="another-password")
    # then they are signed in to the account, which is as it was
    assert newcomer.person.user_id == first.user_id
    assert newcomer.person.get("/profiles/me").body["displayName"] == "Zanele Nkosi"
    assert newcomer.by_password("their-own-password").status == 200
    assert newcomer.by_password("another-password").status == 401


def test_an_unproven_sign_up_leaves_nothing_to_whoever_proves_the_number_later(newcomer: Newcomer) -> None:
    # given a stranger who signed up on the number with a password of theirs, and never saw the code
    newcomer.sign_up(displayName="A Stranger", password="a-strangers-password")
    mailbox.deliver()
    # when the owner signs up
    newcomer.settled()
    # then nothing of the stranger's is theirs
    assert newcomer.person.get("/profiles/me").body["displayName"] == "Zanele Nkosi"
    assert newcomer.by_password("a-strangers-password").status == 401


def test_a_code_signs_in_and_another_device_has_its_own(newcomer: Newcomer) -> None:
    # given
    newcomer.settled()
    first, second = newcomer.ask_code().body["challenge"], newcomer.ask_code().body["challenge"]
    one, two = mailbox.deliver()
    # when each device answers its own
    # then both are signed in
    assert newcomer.answer(second, two.code).status == 200
    assert newcomer.answer(first, one.code).status == 200
    assert len(newcomer.person.get("/sessions").body["items"]) == 3


def test_a_code_belongs_to_its_challenge(newcomer: Newcomer) -> None:
    newcomer.settled()
    first = newcomer.ask_code().body["challenge"]
    (own,) = mailbox.deliver()
    newcomer.ask_code()
    (other,) = mailbox.deliver()
    assert own.code == other.code or newcomer.answer(first, other.code).status == 401


def test_whoever_has_no_account_gets_the_same_answer_and_no_code(newcomer: Newcomer) -> None:
    # given
    known, unknown = newcomer.settled(), Newcomer()
    # when
    answers = [known.ask_code(), unknown.ask_code()]
    # then
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body.keys() == answers[1].body.keys()
    assert len(answers[0].body["challenge"]) == len(answers[1].body["challenge"])
    assert [one.to for one in mailbox.deliver()] == [known.phone]


def test_no_code_opens_a_challenge_for_which_none_was_sent() -> None:
    challenge = Newcomer().ask_code().body["challenge"]
    mailbox.deliver()
    assert Newcomer().answer(challenge, "000000").status == 401


def test_a_wrong_code_and_an_unknown_challenge_are_told_apart_by_nobody(newcomer: Newcomer) -> None:
    challenge = newcomer.settled().ask_code().body["challenge"]
    (sent,) = mailbox.deliver()
    wrong = newcomer.answer(challenge, _another(sent.code))
    unknown = newcomer.answer("A" * 32, "123456")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body


def test_a_code_works_once(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    assert newcomer.answer(challenge, sent.code).status == 200
    assert newcomer.answer(challenge, sent.code).status == 401
    assert len(stored("sessions")) == 1


def test_a_code_works_for_ten_minutes(newcomer: Newcomer, clock: Clock) -> None:
    first, second = newcomer.sign_up().body["challenge"], newcomer.sign_up().body["challenge"]
    one, two = mailbox.deliver()
    clock.tick(minutes=9, seconds=59)
    assert newcomer.answer(first, one.code).status == 200
    clock.tick(seconds=1)
    assert newcomer.answer(second, two.code).status == 401


def test_the_fourth_attempt_fails_though_it_is_right(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    for _ in range(3):
        assert newcomer.answer(challenge, _another(sent.code)).status == 401
    assert newcomer.answer(challenge, sent.code).status == 401


def test_the_third_attempt_may_be_right(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    for _ in range(2):
        newcomer.answer(challenge, _another(sent.code))
    assert newcomer.answer(challenge, sent.code).status == 200


@pytest.mark.parametrize("known", [True, False])
def test_three_codes_in_ten_minutes_whether_there_is_an_account_or_not(known: bool, clock: Clock) -> None:
    # given somebody who asks for three codes, a minute apart
    somebody = Newcomer().settled() if known else Newcomer()
    clock.tick(minutes=10)
    for _ in range(3):
        assert somebody.ask_code().status == 200
        clock.tick(minutes=1)
    # when they ask for a fourth
    refused = somebody.ask_code()
    # then they are told when to come back, and may then ask for just one
    assert (refused.status, refused.headers["Retry-After"]) == (429, "420")
    clock.tick(minutes=7)
    assert somebody.ask_code().status == 200
    assert somebody.ask_code().status == 429


def test_a_right_answer_that_cognito_could_not_turn_into_tokens_may_be_sent_again(
    newcomer: Newcomer, pool: Pool
) -> None:
    # given Cognito fails while a right code is answered, more often than a wrong one could be tried
    challenge = newcomer.sign_up(password="a-long-password").body["challenge"]
    (sent,) = mailbox.deliver()
    pool.down = True
    for _ in range(4):
        assert newcomer.answer(challenge, sent.code).status == 503
    # when it is back
    pool.down = False
    # then the same code signs in, once, and everything is as it was asked for
    assert newcomer.answer(challenge, sent.code).status == 200
    assert newcomer.answer(challenge, sent.code).status == 401
    assert newcomer.by_password("a-long-password").status == 200


def test_an_answer_whose_function_died_may_be_sent_again_once_its_claim_has_lapsed(
    newcomer: Newcomer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a function that dies between claiming the challenge and telling Cognito
    from khaya.platform.aws import cognito  # noqa: PLC0415 - after the environment is set

    challenge = newcomer.sign_up().body["challenge"]
    (sent,) = mailbox.deliver()
    with monkeypatch.context() as dying:
        dying.setattr(cognito, "by_proof", _die)
        assert newcomer.answer(challenge, sent.code).status == 500
    # then another answer is held off while the first might still be at work, and not for longer
    assert newcomer.answer(challenge, sent.code).status == 401
    clock.tick(seconds=25)
    assert newcomer.answer(challenge, sent.code).status == 200


def test_a_message_that_comes_twice_sends_one_code(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up().body["challenge"]
    (queued,) = mailbox.queued()
    (sent,) = mailbox.deliver()
    again = app("codes").handler({"Records": [mailbox.record(json.dumps(queued))]}, Context())
    assert again == {"batchItemFailures": []}
    assert len(mailbox.outbox()) == 1
    assert newcomer.answer(challenge, sent.code).status == 200


def test_the_queue_holds_neither_code_nor_number(newcomer: Newcomer) -> None:
    challenge = newcomer.sign_up(password="a-long-password").body["challenge"]
    assert mailbox.queued() == [{"id": challenge}]


def test_nothing_readable_is_kept_of_a_code_or_a_password(newcomer: Newcomer) -> None:
    newcomer.sign_up(password="a-long-password")
    (sent,) = mailbox.deliver()
    kept = str(stored("challenges"))
    assert sent.code not in kept
    assert "a-long-password" not in kept


def test_the_password_of_a_sign_up_works_after_it_and_is_no_longer_kept(newcomer: Newcomer) -> None:
    newcomer.settled(password="a-long-password")
    assert newcomer.by_password("a-long-password").status == 200
    assert not any("sealedPassword" in row for row in stored("challenges"))


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
def test_what_is_wrong_with_a_request_is_named(path: str, body: dict[str, str], field: str) -> None:
    answer = VISITOR.post(path, body)
    assert answer.status == 422, answer.text
    assert answer.fields == {field}


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def _die(*_: object) -> None:
    raise MemoryError
