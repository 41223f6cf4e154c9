"""Who had a phone or an e-mail before hears of its change at that address, and at no other."""

from __future__ import annotations

import pytest

from khaya.identities import store as identities
from khaya.identities.model import ContactKind
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import commit_now
from tests.integration.deliveries.conftest import EMAIL, PERSON, PHONE, Post

FORMER_PHONE, FORMER_EMAIL = "+27839998888", "thandi.before@example.org"


@pytest.mark.parametrize(
    ("kind", "former", "channels"),
    [("phone", FORMER_PHONE, ["sms", "whatsapp"]), ("email", FORMER_EMAIL, ["email"])],
)
def test_a_replaced_contact_is_told_there_and_nowhere_else(
    post: Post, kind: ContactKind, former: str, channels: list[str]
) -> None:
    commit_now(identities.note_change(PERSON, kind, former, clock.now()))
    post.notify("contactReplaced", params={"contact": kind})
    post.run()
    assert [(channel, to) for channel, to, _ in post.sent()] == [(channel, former) for channel in channels]


def test_the_change_itself_is_told_at_the_contacts_of_now(post: Post) -> None:
    commit_now(identities.note_change(PERSON, "phone", FORMER_PHONE, clock.now()))
    post.notify("contactChanged", params={"contact": "phone"})
    post.run()
    told = {channel: to for channel, to, _ in post.sent() if channel != "push"}
    assert told == {"sms": PHONE, "whatsapp": PHONE, "email": EMAIL}


def test_given_no_former_contact_any_more_then_nothing_is_sent(post: Post) -> None:
    commit_now(identities.note_change(PERSON, "phone", FORMER_PHONE, clock.now()))
    commit_now(*identities.forget_former(PERSON))
    post.notify("contactReplaced", params={"contact": "phone"})
    assert post.run() == 0
    assert post.sent() == []
