"""Sign-in during and after an erasure."""

from __future__ import annotations

from tests.integration.sign_in.conftest import Newcomer
from tests.support.pool import account
from tests.support.stand_in import stored
from tests.support.streams import follow


def test_given_an_erased_person_when_their_phone_signs_up_then_it_is_a_new_account_that_is_marked_as_returned(
    newcomer: Newcomer,
) -> None:
    # given a signed-in person
    before = newcomer.signed_in().person
    refresh = newcomer.tokens["refreshToken"]
    # when they are erased, then their tokens are not refreshed, and in the end there is no account
    assert before.delete("/profiles/me").status == 204
    assert newcomer.refresh(refresh).status == 401
    for _ in range(2):
        follow()
    assert account(newcomer.phone) is None
    # when they sign up again, then they get another account, which is marked as returned
    after = newcomer.signed_in().person
    assert after.user_id != before.user_id
    profiles = {row["userId"]: row for row in stored("profiles")}
    assert profiles[after.user_id or ""]["returned"] is True
    assert profiles[before.user_id or ""]["displayName"] == "Former member"


def test_given_an_erasure_in_progress_when_the_person_signs_in_then_403(newcomer: Newcomer) -> None:
    newcomer.signed_in(password="tap-roof-brick-sand")
    assert newcomer.person.delete("/profiles/me").status == 204
    assert newcomer.by_password("tap-roof-brick-sand").status == 403
