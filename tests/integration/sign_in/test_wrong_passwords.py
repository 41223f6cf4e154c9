"""Wrong passwords slow down the address and device that sent them, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.aws import cognito
from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from khaya.sign_in.limits import ADDRESS_RULE, DEVICE_RULE
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer, call_from, set_limits
from tests.support.client import Answer
from tests.support.stand_in import stored

RIGHT, WRONG = "their-own-password", "guessed-password"
A, B = "203.0.113.7", "198.51.100.1"


@pytest.fixture(autouse=True)
def unlimited_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays only: so many calls a minute that these limits do not interfere."""
    set_limits(monkeypatch, sign_ins_per_identity="1000", sign_ins_per_address="1000")


@pytest.fixture
def zanele() -> Newcomer:
    return Newcomer().signed_in(password=RIGHT)


def sign_in(name: str, password: str, address: str = A, device: str = "Phone") -> Answer:
    return call_from(address, "/auth/tokens", {"username": name, "password": password}, **{"X-Device-Name": device})


def fail(name: str, times: int, clock: Clock, address: str = A, device: str = "Phone") -> None:
    """Send wrong passwords, each as soon as the delay is over."""
    for _ in range(times):
        answer = sign_in(name, WRONG, address, device)
        if answer.status == 429:
            clock.tick(seconds=int(answer.headers["Retry-After"]))
            answer = sign_in(name, WRONG, address, device)
        assert answer.status == 401, answer.text


@pytest.mark.parametrize(
    ("address", "device", "status"),
    [
        (A, "Phone", 429),
        (A, "Another phone", 429),
        (B, "Phone", 200),
        (B, "Another phone", 200),
        ("2001:db8:1:2::1", "Phone", 200),
    ],
)
@pytest.mark.parametrize("spelling", ["{}", "0{0[3]}", " {} "])
def test_after_twenty_wrong_passwords_only_their_address_is_slowed(
    zanele: Newcomer, clock: Clock, address: str, device: str, status: int, spelling: str
) -> None:
    # given an attacker who failed twenty times from one address
    fail(zanele.phone, 20, clock)
    # when somebody sends the right password at once
    name = "0" + zanele.phone[3:] if spelling.startswith("0") else spelling.format(zanele.phone)
    answer = sign_in(name, RIGHT, address, device)
    # then it works from everywhere else
    assert answer.status == status
    if status == 429:
        assert answer.body["code"] == "too_many_wrong_passwords"
        assert 0 < int(answer.headers["Retry-After"]) <= DEVICE_RULE.longest


@pytest.mark.parametrize("known", [True, False])
def test_the_delay_grows_and_is_the_same_for_unknown_people(clock: Clock, known: bool) -> None:
    somebody = Newcomer().signed_in(password=RIGHT) if known else Newcomer()
    # when nine wrong passwords are sent, each as soon as possible
    delays = []
    for _ in range(9):
        assert sign_in(somebody.phone, WRONG).status == 401
        refused = sign_in(somebody.phone, WRONG)
        delays.append(int(refused.headers.get("Retry-After", 0)))
        clock.tick(seconds=delays[-1])
    # then, since each refused try is refused before its password is compared, the delay doubles
    assert delays == [0, 10, 20, 40, 80, 160, 320, 640, 960]


def test_the_right_password_works_when_the_delay_is_over_and_resets_it(zanele: Newcomer, clock: Clock) -> None:
    # given a delay
    fail(zanele.phone, 4, clock)
    refused = sign_in(zanele.phone, RIGHT)
    assert refused.status == 429
    # when it is over
    clock.tick(seconds=int(refused.headers["Retry-After"]) - 1)
    assert sign_in(zanele.phone, RIGHT).status == 429
    clock.tick(seconds=1)
    assert sign_in(zanele.phone, RIGHT).status == 200
    # then the first wrong passwords are free again
    for _ in range(DEVICE_RULE.free - 1):
        assert sign_in(zanele.phone, WRONG).status == 401
    assert sign_in(zanele.phone, RIGHT).status == 200


def test_another_device_name_does_not_reset_the_address(clock: Clock) -> None:
    # given wrong passwords for many people, each from another device
    for number in range(ADDRESS_RULE.free):
        assert sign_in(Newcomer().phone, WRONG, device=f"Device {number}").status == 401
    # then the address is slowed, whatever the device and the identity
    refused = sign_in(Newcomer().phone, WRONG, device="One more")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    assert sign_in(Newcomer().phone, WRONG, B).status == 401


def test_an_attackers_own_sign_in_does_not_reset_their_address(zanele: Newcomer) -> None:
    # given an attacker with an account of their own
    for number in range(ADDRESS_RULE.free):
        assert sign_in(Newcomer().phone, WRONG, device=f"Device {number}").status == 401
        if number % 3 == 0:
            assert sign_in(zanele.phone, RIGHT, device="Own").status == (200 if number < ADDRESS_RULE.free - 1 else 429)
    # then the address is slowed all the same
    assert sign_in(zanele.phone, RIGHT, device="Own").status == 429


def test_an_address_is_never_slowed_for_more_than_a_minute(clock: Clock) -> None:
    for number in range(ADDRESS_RULE.free + 8):
        fail(Newcomer().phone, 1, clock, device=f"Device {number}")
    assert int(sign_in(Newcomer().phone, WRONG, device="One more").headers["Retry-After"]) == ADDRESS_RULE.longest


def test_wrong_passwords_are_forgotten_after_hours(zanele: Newcomer, clock: Clock) -> None:
    fail(zanele.phone, 8, clock)
    clock.tick(seconds=DEVICE_RULE.kept)
    assert [sign_in(zanele.phone, WRONG).status for _ in range(DEVICE_RULE.free)] == [401] * DEVICE_RULE.free


def test_codes_and_refreshes_are_not_slowed(zanele: Newcomer, clock: Clock) -> None:
    fail(zanele.phone, 6, clock)
    assert call_from(A, "/auth/codes", {"username": zanele.phone}).status == 200
    refreshed = call_from(A, "/auth/tokens", {"refreshToken": zanele.tokens["refreshToken"]})
    assert refreshed.status == 200


def test_wrong_passwords_of_a_step_up_are_slowed_too(zanele: Newcomer, clock: Clock) -> None:
    def step_up(password: str, address: str) -> Answer:
        return call_from(address, "/auth/step-up", {"password": password}, who=zanele.person)

    for _ in range(DEVICE_RULE.free):
        assert step_up(WRONG, A).status == 401
    assert step_up(RIGHT, A).status == 429
    assert step_up(RIGHT, B).status == 200


def test_a_failure_of_cognito_counts_as_no_wrong_password(zanele: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(cognito, "sign_in_with_password", down)
        for _ in range(DEVICE_RULE.free + 1):
            assert sign_in(zanele.phone, RIGHT).status == 503
    assert sign_in(zanele.phone, RIGHT).status == 200


def test_when_the_count_cannot_be_written_then_no_password_is_compared(
    zanele: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(dynamo, "commit", down)
    monkeypatch.setattr(cognito, "sign_in_with_password", lambda *_: pytest.fail("compared"))
    assert sign_in(zanele.phone, RIGHT).status == 503


def test_the_counts_hold_no_personal_data(zanele: Newcomer) -> None:
    sign_in(zanele.phone, WRONG)
    rows = [row for row in stored("challenges") if row["id"].startswith("wrong#")]
    assert len(rows) == 2
    assert not any(text in str(rows) for text in (zanele.phone, A, "Phone"))
