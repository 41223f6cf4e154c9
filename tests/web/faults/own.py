"""What is never queued of one's own: account, contacts, sessions, bank account, credits, and what one deletes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.web.faults.cast import Cast, wait_for
from tests.web.faults.deals import danger
from tests.web.faults.write import WORDS, Scene, Write, button, has_sheet, opens, says, tap
from tests.web.phone_numbers import code_for, codes_of, new_number

PASSWORD = "Nine-bricks-and-a-half"
BANK = {"bankCode": "632005", "accountName": "Musa Dube"}


def identity_number() -> str:
    """An identity number that nobody here has, with the right last digit."""
    first = f"800101{new_number()[-4:]}08"
    digits = [int(one) for one in first]
    doubled = [sum(divmod(2 * one, 10)) if place % 2 else one for place, one in enumerate(digits)]
    return f"{first}{-sum(doubled) % 10}"


def _account(cast: Cast) -> Scene:
    worker = cast.new("Musa", "worker")
    number = new_number()

    def count() -> int:
        answer = cast.marketplace.call("GET", "/payouts/account", token=worker.token)
        return int(answer.ok and answer.json()["accountNumberMasked"].endswith(number[-4:]))

    return Scene(worker, number, count)


def _fill_account(page: Page, scene: Scene) -> None:
    page.goto("/me/payout-account")
    page.locator("#bankCode").select_option(BANK["bankCode"])
    page.locator("#accountNumber").fill(scene.about)
    page.locator("#accountName").fill(BANK["accountName"])
    page.locator("#identityNumber").fill(identity_number())


def _role(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")
    return Scene(member, "seller", lambda: member.call("GET", "/profiles/me")["roles"].count("seller"))


def _open_settings(page: Page, _: Scene) -> None:
    page.goto("/me/settings")
    expect(_seller_role(page)).to_be_visible()


def _seller_role(page: Page) -> Any:
    return page.locator("label.choice", has_text=WORDS("settings.role_seller")).locator("input")


def _channels(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")
    before = member.call("GET", "/notifications/preferences")["channels"]

    def count() -> int:
        return int(member.call("GET", "/notifications/preferences")["channels"] != before)

    return Scene(member, "", count)


def _toggle_channel(page: Page, _: Scene) -> None:
    page.goto("/me/settings/notices")
    page.locator("fieldset label.choice").first.tap()


def _contact(cast: Cast) -> Scene:
    member, number = cast.new("Zodwa", "buyer"), new_number()
    return Scene(member, number, lambda: int(bool(codes_of(cast.marketplace, number))))


def _fill_contact(page: Page, scene: Scene) -> None:
    page.goto("/me/settings/contacts")
    page.locator("#contact").fill(f"0{scene.about}")


def _proof(cast: Cast) -> Scene:
    member, number = cast.new("Zodwa", "buyer"), new_number()

    def count() -> int:
        return int(member.call("GET", "/profiles/me")["phone"] == f"+27{number}")

    return Scene(member, number, count)


def _await_code(page: Page, scene: Scene) -> None:
    _fill_contact(page, scene)
    tap(page, "sign_in.send_code")
    assert hasattr(scene.who, "marketplace")
    code = code_for(scene.who.marketplace, f"+27{scene.about}")
    page.evaluate("code => { window.code = code; }", code)
    expect(page.locator("#code")).to_be_visible()


def type_code(page: Page) -> None:
    """Type the code that came, which is sent at its last digit."""
    code = page.evaluate("() => window.code")
    page.locator("#code").fill("")
    page.locator("#code").fill(code)


def _password(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")

    def count() -> int:
        proof = {"username": f"+27{member.number}", "password": PASSWORD}
        return int(cast.marketplace.call("POST", "/auth/tokens", proof).ok)

    return Scene(member, "", count)


def _fill_password(page: Page, _: Scene) -> None:
    page.goto("/me/settings/password")
    page.locator("#password").fill(PASSWORD)


def _session(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")
    member.another_session()

    def count() -> int:
        return 2 - len(member.call("GET", "/sessions")["items"])

    return Scene(member, "", count)


def _open_sessions(page: Page, _: Scene) -> None:
    page.goto("/me/settings/sessions")
    expect(_other_session(page)).to_be_visible()


def _open_all(page: Page, _: Scene) -> None:
    page.goto("/me/settings/sessions")
    expect(page.get_by_text(WORDS("settings.this_device")).first).to_be_visible()


def _other_session(page: Page) -> Any:
    other = page.get_by_role("listitem").filter(has_not_text=WORDS("settings.this_device"))
    return other.get_by_role("button", name=WORDS("settings.end_session"), exact=True).first


def _all_sessions(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")

    def count() -> int:
        return int(
            cast.marketplace.call("POST", "/auth/tokens", {"refreshToken": member.refresh_token}).status_code == 401
        )

    return Scene(member, "", count)


def _erasure(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")

    def count() -> int:
        return int(cast.admin.call("GET", f"/admin/users/{member.user_id}")["status"] == "erased")

    return Scene(member, "", count)


def _fill_erasure(page: Page, _: Scene) -> None:
    page.goto("/me/settings/erasure")
    page.locator("#word").fill(WORDS("settings.erasure_word"))


def _export(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")
    return Scene(member, "", lambda: int(member.call("GET", "/profiles/me/export")["status"] in ("pending", "ready")))


def _open_export(page: Page, _: Scene) -> None:
    page.goto("/me/settings/export")
    expect(page.get_by_role("button", name=WORDS("settings.export_make"), exact=True)).to_be_visible()


def _verification(cast: Cast) -> Scene:
    member, admin = cast.new("Zodwa", "worker"), cast.admin

    def count() -> int:
        asked = admin.call("GET", "/admin/verifications?limit=50")["items"]
        return sum(one["userId"] == member.user_id for one in asked)

    return Scene(member, "", count)


def _fill_verification(page: Page, _: Scene) -> None:
    page.goto("/me/verification")
    page.locator("#note").fill("I am a bricklayer.")


def _own_story(cast: Cast) -> Scene:
    story, worker = cast.story(shown=False), cast.worker

    def count() -> int:
        return 1 - sum(one["id"] == story for one in worker.call("GET", "/stories/mine?limit=50")["items"])

    return Scene(worker, story, count)


def _ask_story(page: Page, scene: Scene) -> None:
    page.goto("/me/stories")
    card = page.get_by_role("listitem").filter(has=page.locator(f'a[href="/stories/{scene.about}"]'))
    card.get_by_role("button", name=WORDS("stories.delete"), exact=True).tap()
    has_sheet(page)


def _no_sheet(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_have_count(0)


def _own_reminder(cast: Cast) -> Scene:
    member = cast.new("Zodwa", "buyer")
    text = f"Buy paint {uuid4().hex[:8]}"
    member.call("POST", "/reminders", {"text": text, "dueAt": "2027-03-01T08:00:00.000Z"})
    return Scene(member, text, lambda: 1 - len(member.call("GET", "/reminders")["items"]))


def _open_reminders(page: Page, scene: Scene) -> None:
    page.goto("/me/reminders")
    expect(page.get_by_text(scene.about)).to_be_visible()


def _no_reminder(page: Page) -> None:
    says("reminders.empty")(page)


def _all_read(cast: Cast) -> Scene:
    buyer = cast.buyer
    cast.bid(cast.job())
    wait_for(lambda: unread(buyer) > 0, "unread notice")
    return Scene(buyer, "", lambda: int(unread(buyer) == 0))


def unread(member: Any) -> int:
    """How many notices somebody has not read."""
    return int(member.call("GET", "/notifications")["unreadCount"])


def _open_inbox(page: Page, _: Scene) -> None:
    page.goto("/inbox")
    expect(page.get_by_role("button", name=WORDS("inbox.read_all"), exact=True)).to_be_visible()


def _nothing_unread(page: Page) -> None:
    expect(page.locator("a.unread")).to_have_count(0)


OWN: dict[str, Write] = {
    "bank account": Write(
        "PUT /payouts/account",
        _account,
        _fill_account,
        button("worker.account_send"),
        says("worker.account_given"),
    ),
    "role": Write(
        "PUT /profiles/me/roles",
        _role,
        _open_settings,
        lambda page: _seller_role(page).tap(),
        lambda page: expect(_seller_role(page)).to_be_checked(),
    ),
    "channels": Write(
        "PUT /notifications/preferences", _channels, _toggle_channel, button("save"), says("settings.saved")
    ),
    "new contact": Write(
        "POST /auth/contacts",
        _contact,
        _fill_contact,
        button("sign_in.send_code"),
        lambda page: expect(page.locator("#code")).to_be_visible(),
    ),
    "proof of a contact": Write(
        "POST /auth/contacts/proof", _proof, _await_code, type_code, says("settings.contact_changed")
    ),
    "password": Write(
        "PUT /auth/password", _password, _fill_password, button("save"), says("settings.password_changed")
    ),
    "end of a session": Write(
        "DELETE /sessions/{}",
        _session,
        _open_sessions,
        lambda page: _other_session(page).tap(),
        lambda page: expect(_other_session(page)).to_have_count(0),
    ),
    "end of all sessions": Write(
        "DELETE /sessions", _all_sessions, _open_all, button("settings.end_all"), opens(r":\d+/$")
    ),
    "erasure": Write(
        "DELETE /profiles/me", _erasure, _fill_erasure, button("settings.erasure_do"), says("public.home.deleted")
    ),
    "export": Write(
        "POST /profiles/me/export",
        _export,
        _open_export,
        button("settings.export_make"),
        says("settings.export_pending", "settings.export_get"),
    ),
    "verification": Write(
        "POST /profiles/me/verification",
        _verification,
        _fill_verification,
        button("verification.ask"),
        says("verification.sent"),
    ),
    "end of a story": Write("DELETE /stories/{}", _own_story, _ask_story, danger, _no_sheet),
    "end of a reminder": Write(
        "DELETE /reminders/{}", _own_reminder, _open_reminders, button("reminders.delete"), _no_reminder
    ),
    "all read": Write("POST /notifications/read", _all_read, _open_inbox, button("inbox.read_all"), _nothing_unread),
}
