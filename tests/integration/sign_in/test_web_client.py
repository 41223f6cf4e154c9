"""Sign-in of the web client: without a name, in a language, and with the refresh token in a cookie."""

from __future__ import annotations

import pytest

from khaya.sign_in.cookies import refresh_cookie
from tests.integration.sign_in.conftest import Newcomer, call_from, set_limits
from tests.support import mailbox
from tests.support.client import VISITOR, Answer

ATTRIBUTES = "HttpOnly; Secure; SameSite=Strict; Path=/api/auth"


def cookie_in(answer: Answer) -> str:
    """The value of the refresh cookie that an answer sets."""
    pair, _, attributes = answer.headers["Set-Cookie"].partition("; ")
    assert attributes == f"Max-Age=2592000; {ATTRIBUTES}"
    return pair.removeprefix("khaya_refresh=")


def sent_with(cookie: str) -> dict[str, str]:
    return {"Cookie": f"theme=dark; khaya_refresh={cookie}"}


def signed_in_by_cookie(newcomer: Newcomer) -> Answer:
    asked = newcomer.sign_up()
    body = {"challenge": asked.body["challenge"], "code": mailbox.deliver()[0].code, "cookie": True}
    return VISITOR.post("/auth/tokens", body)


def test_a_person_signs_up_without_a_name_and_is_new_until_they_give_one(newcomer: Newcomer) -> None:
    # given a sign-up with a phone only
    asked = VISITOR.post("/auth/sign-up", {"phone": newcomer.phone})
    first = newcomer.answer(asked.body["challenge"], mailbox.deliver()[0].code)
    assert (first.status, first.body["isNew"], first.body["roles"]) == (200, True, [])
    assert newcomer.person.get("/profiles/me").body["displayName"] == "New member"
    assert first.body["userId"] == newcomer.person.user_id
    assert newcomer.refresh().body["isNew"] is True
    # when they give a name, then they are not new any more
    assert newcomer.person.patch("/profiles/me", {"displayName": "Zanele Nkosi"}).status == 200
    assert newcomer.refresh().body["isNew"] is False


def test_a_person_who_signs_up_with_a_name_is_new_once(newcomer: Newcomer) -> None:
    newcomer.signed_in()
    assert newcomer.tokens["isNew"] is True
    newcomer.signed_in()
    assert newcomer.tokens["isNew"] is False


def test_tokens_tell_the_roles_that_they_carry(newcomer: Newcomer) -> None:
    newcomer.signed_in()
    assert newcomer.person.put("/profiles/me/roles", {"roles": ["seller", "buyer"]}).status == 200
    assert newcomer.refresh().body["roles"] == ["buyer", "seller"]


@pytest.mark.parametrize(("language", "word"), [(None, "your Khaya code"), ("en", "your Khaya code"), ("zu", "ikhodi")])
def test_a_code_comes_in_the_language_of_the_request(newcomer: Newcomer, language: str | None, word: str) -> None:
    fields = {"language": language} if language else {}
    newcomer.sign_up(**fields)
    (message,) = mailbox.deliver()
    assert word in message.text
    assert message.text.endswith(f"\n\n@app.khaya.example #{message.code}")


def test_the_language_of_the_sign_up_is_that_of_the_new_person_and_no_later_one_changes_it(newcomer: Newcomer) -> None:
    newcomer.signed_in(language="zu")
    preferences = newcomer.person.get("/notifications/preferences").body
    assert preferences["language"] == "zu"
    newcomer.signed_in(language="en")
    assert newcomer.person.get("/notifications/preferences").body == preferences


def test_codes_for_a_sign_in_and_for_a_contact_come_in_the_language_of_the_request(newcomer: Newcomer) -> None:
    newcomer.signed_in()
    newcomer.ask_code(language="zu")
    assert "ikhodi" in mailbox.deliver()[0].text
    asked = newcomer.person.post("/auth/contacts", {"email": "zanele@example.org", "language": "zu"})
    assert asked.status == 200
    assert "ikhodi" in mailbox.deliver()[0].text


def test_an_unknown_language_is_refused(newcomer: Newcomer) -> None:
    assert newcomer.sign_up(language="fr").fields == {"language"}


def test_the_refresh_token_comes_as_a_cookie_that_no_script_reads(newcomer: Newcomer) -> None:
    # given a sign-in in cookie mode
    first = signed_in_by_cookie(newcomer)
    assert (first.status, first.body["refreshToken"]) == (200, None)
    cookie = cookie_in(first)
    assert set(cookie) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/")
    # when tokens are renewed by the cookie
    second = VISITOR.post("/auth/tokens", {"refreshCookie": True}, headers=sent_with(cookie))
    # then a new cookie replaces it, and the token is in no body
    assert (second.status, second.body["refreshToken"]) == (200, None)
    assert cookie_in(second) != cookie
    assert second.body["userId"] == first.body["userId"]


def test_a_refresh_token_moves_to_a_cookie(newcomer: Newcomer) -> None:
    newcomer.signed_in()
    answer = VISITOR.post("/auth/tokens", {"refreshToken": newcomer.tokens["refreshToken"], "cookie": True})
    assert (answer.status, answer.body["refreshToken"]) == (200, None)
    assert cookie_in(answer)


def test_without_cookie_mode_no_cookie_is_set(newcomer: Newcomer) -> None:
    asked = newcomer.sign_up()
    answer = newcomer.answer(asked.body["challenge"], mailbox.deliver()[0].code)
    assert "Set-Cookie" not in answer.headers
    assert answer.body["refreshToken"]


def test_sign_out_clears_the_cookie(newcomer: Newcomer) -> None:
    first = signed_in_by_cookie(newcomer)
    newcomer.tokens = first.body
    answer = newcomer.person.post("/auth/sign-out")
    assert (answer.status, answer.headers["Set-Cookie"]) == (204, f"khaya_refresh=; Max-Age=0; {ATTRIBUTES}")
    refused = VISITOR.post("/auth/tokens", {"refreshCookie": True}, headers=sent_with(cookie_in(first)))
    assert (refused.status, refused.body["code"]) == (401, "refresh_token_invalid")


@pytest.mark.parametrize("headers", [{}, {"Cookie": "theme=dark"}, {"Cookie": "khaya_refresh=made.1.up"}], ids=str)
def test_without_a_genuine_cookie_nothing_is_renewed(headers: dict[str, str]) -> None:
    assert VISITOR.post("/auth/tokens", {"refreshCookie": True}, headers=headers).status == 401


@pytest.mark.parametrize(
    "body",
    [
        {"refreshCookie": True, "refreshToken": "a.1.b"},
        {"cookie": True},
        {"refreshCookie": None},
    ],
    ids=str,
)
def test_a_request_for_tokens_has_one_proof(body: dict[str, object]) -> None:
    answer = VISITOR.post("/auth/tokens", body)
    assert (answer.status, answer.fields) == (422, {"body"})


def test_the_cookie_must_be_asked_for_with_true() -> None:
    assert VISITOR.post("/auth/tokens", {"refreshCookie": False}).fields == {"refreshCookie"}


def test_calls_with_one_cookie_are_counted_for_its_session(newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = cookie_in(signed_in_by_cookie(newcomer))
    set_limits(monkeypatch, sign_ins_per_identity="1")
    statuses = [
        call_from("196.25.1.1", "/auth/tokens", {"refreshCookie": True}, Cookie=f"khaya_refresh={cookie}").status
        for _ in range(2)
    ]
    assert statuses == [200, 429]


def test_a_cookie_is_found_in_any_of_several_lines() -> None:
    event = {"multiValueHeaders": {"cookie": ["a=1", "khaya_refresh=x.1.y; b=2"]}}
    assert refresh_cookie(event) == "x.1.y"
    assert refresh_cookie({"headers": {"COOKIE": "khaya_refresh=x.1.y"}}) == "x.1.y"
    assert refresh_cookie({"headers": None}) is None
