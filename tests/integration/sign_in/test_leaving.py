"""Who leaves frees their phone; whoever signs up with it then is somebody else, and not new."""

from __future__ import annotations

from tests.integration.sign_in.conftest import Newcomer
from tests.support.pool import account
from tests.support.stand_in import stored
from tests.support.streams import follow


def test_a_phone_is_free_once_its_owner_has_left(newcomer: Newcomer) -> None:
    # given somebody who has signed up
    before = newcomer.settled().person
    refresh = newcomer.tokens["refreshToken"]
    # when they leave, then no token of theirs is renewed, and when it is done there is no account
    assert before.delete("/profiles/me").status == 204
    assert newcomer.refresh(refresh).status == 401
    for _ in range(2):
        follow()
    assert account(newcomer.phone) is None
    # when they sign up again, then they are somebody else, who is known not to be new
    after = newcomer.settled().person
    assert after.user_id != before.user_id
    profiles = {row["userId"]: row for row in stored("profiles")}
    assert profiles[after.user_id or ""]["returned"] is True
    assert profiles[before.user_id or ""]["displayName"] == "Former member"


def test_nobody_signs_in_while_they_are_being_forgotten(newcomer: Newcomer) -> None:
    newcomer.settled(password="tap-roof-brick-sand")
    assert newcomer.person.delete("/profiles/me").status == 204
    assert newcomer.by_password("tap-roof-brick-sand").status == 403
