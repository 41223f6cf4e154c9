"""Former members are recognised by hashes, whatever became of the service key since they left."""

from __future__ import annotations

import pytest

from khaya.former_members import store
from khaya.platform.aws import secrets
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now
from khaya.users.model import User
from tests.support.service_key import set_service_key

KEYS = [letter * 64 for letter in "abcde"]
PHONE, EMAIL = "+27831112233", "zodwa@example.org"


def rotate(times: int) -> None:
    """The secret after so many rotations: each version holds its key and, below it, those that it replaced."""
    current = "\n".join(reversed(KEYS[: times + 1]))
    set_service_key(current, current.partition("\n")[2])


def leave(**contacts: str) -> None:
    for write in store.store_hashes(User(user_id="member-1", **contacts), clock.now()):
        commit_now(write)


@pytest.mark.parametrize("left_after", [0, 1, 2])
@pytest.mark.parametrize("returns_after", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("contact", [{"phone": PHONE}, {"email": EMAIL}])
def test_a_former_member_is_recognised_after_any_number_of_rotations(
    left_after: int, returns_after: int, contact: dict[str, str]
) -> None:
    # given a member who left under an earlier key
    rotate(left_after)
    leave(phone=PHONE, email=EMAIL)
    # when the key was rotated several times, and somebody signs up with one of the contacts
    rotate(max(left_after, returns_after))
    # then they are recognised, and others are not
    assert store.is_returning(User(user_id="again-1", **contact))
    assert not store.is_returning(User(user_id="other-1", phone="+27837654321", email="other@example.org"))


def test_a_key_that_was_replaced_twice_recognises_and_opens_nothing_else() -> None:
    # given what was made with the first key
    rotate(0)
    hashed, signature = secrets.keyed_hash("code", "1"), secrets.sign("cursor", b"page")
    sealed = secrets.encrypt("text", "context")
    # when it is the previous key, then it is good
    rotate(1)
    assert secrets.is_keyed_hash(hashed, "code", "1")
    assert secrets.is_signed("cursor", b"page", signature)
    assert secrets.try_decrypt(sealed, "context") == "text"
    # when it was replaced once more, then it is not
    rotate(2)
    assert not secrets.is_keyed_hash(hashed, "code", "1")
    assert not secrets.is_signed("cursor", b"page", signature)
    assert secrets.try_decrypt(sealed, "context") is None
    assert hashed in secrets.every_keyed_hash("code", "1")
