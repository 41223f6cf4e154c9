"""Wrong passwords slow down those who send them, and neither the owner elsewhere nor the neighbours."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from khaya.platform.aws import cognito
from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from khaya.wrong_passwords.model import IDENTITY_RULE, KNOWN_SECONDS, NETWORK_BUCKET
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer, call_from, set_limits
from tests.support import mailbox, stand_in
from tests.support.client import Answer
from tests.support.pool import Pool
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


@pytest.mark.parametrize("spelling", ["{}", "0{0[3]}", " {} "])
def test_after_twenty_wrong_passwords_only_their_address_is_slowed(
    zanele: Newcomer, clock: Clock, spelling: str
) -> None:
    # given an attacker who failed twenty times from one address
    fail(zanele.phone, 20, clock)
    failed = stand_in.snapshot()
    name = "0" + zanele.phone[3:] if spelling.startswith("0") else spelling.format(zanele.phone)
    for address, device, status in (
        (A, "Phone", 429),
        (A, "Another phone", 429),
        (B, "Phone", 200),
        (B, "Another phone", 200),
        ("2001:db8:1:2::1", "Phone", 200),
    ):
        # when somebody sends the right password at once
        stand_in.restore(failed)
        answer = sign_in(name, RIGHT, address, device)
        # then it works from everywhere else
        assert answer.status == status, (address, device)
        if status == 429:
            assert answer.body["code"] == "too_many_wrong_passwords"
            assert 0 < int(answer.headers["Retry-After"]) <= IDENTITY_RULE.longest


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
    for _ in range(IDENTITY_RULE.free - 1):
        assert sign_in(zanele.phone, WRONG).status == 401
    assert sign_in(zanele.phone, RIGHT).status == 200


class Guesser:
    """Sends wrong passwords from one address, under other names and devices as the test says."""

    def __init__(self, victim: str, names: str, devices: str) -> None:
        self.victim, self.names, self.devices = victim, names, devices
        self.tries = itertools.count()

    def guess(self) -> Answer:
        number = next(self.tries)
        name = {"one": self.victim, "ten": f"+2783000000{number % 10}", "new": f"+2784{number:07}"}[self.names]
        return sign_in(name, WRONG, device=f"Device {number}" if self.devices == "new" else "Guesser")

    def compared(self, clock: Clock, minutes: int, every: int) -> int:
        """How many passwords are compared in this time, with one try every few seconds."""
        found = 0
        for _ in range(minutes * 60 // every):
            clock.tick(seconds=every)
            found += self.guess().status == 401
        return found


GUESSERS = [
    # names, devices, and the most passwords that are compared in two minutes of one try each two seconds
    ("one", "one", 7),
    ("one", "new", 7),
    ("ten", "one", NETWORK_BUCKET.size + 120 // NETWORK_BUCKET.seconds),
    ("ten", "new", NETWORK_BUCKET.size + 120 // NETWORK_BUCKET.seconds),
    ("new", "one", NETWORK_BUCKET.size + 120 // NETWORK_BUCKET.seconds),
    ("new", "new", NETWORK_BUCKET.size + 120 // NETWORK_BUCKET.seconds),
]


@pytest.mark.parametrize(("names", "devices", "most"), GUESSERS)
def test_a_guesser_is_slow_and_a_neighbour_who_was_there_before_is_not(
    zanele: Newcomer, clock: Clock, names: str, devices: str, most: int
) -> None:
    # given a neighbour who once signed in from the address that they share with a guesser
    neighbour = Newcomer().signed_in(password=RIGHT)
    assert sign_in(neighbour.phone, RIGHT, device="Neighbour").status == 200
    # when the guesser tries for two minutes
    compared = Guesser(zanele.phone, names, devices).compared(clock, minutes=2, every=2)
    # then few passwords are compared
    assert compared <= most
    # and the neighbour signs in at once, from any device
    assert sign_in(neighbour.phone, RIGHT, device="Neighbour").status == 200
    assert sign_in(neighbour.phone, RIGHT, device="Guesser").status == 200


@pytest.mark.parametrize(("names", "devices", "most"), GUESSERS)
@pytest.mark.parametrize("every", [10, 60])
def test_a_neighbour_who_was_never_there_signs_in_beside_a_slow_guesser(
    zanele: Newcomer, clock: Clock, names: str, devices: str, most: int, every: int
) -> None:
    guesser = Guesser(zanele.phone, names, devices)
    for _ in range(2):
        guesser.compared(clock, minutes=3, every=every)
        assert sign_in(Newcomer().signed_in(password=RIGHT).phone, RIGHT).status == 200


def test_a_fast_guesser_of_many_names_delays_a_new_neighbour_by_seconds_only(clock: Clock) -> None:
    guesser, neighbour = Guesser("", "new", "new"), Newcomer().signed_in(password=RIGHT)
    guesser.compared(clock, minutes=1, every=1)
    refused = sign_in(neighbour.phone, RIGHT)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) <= NETWORK_BUCKET.seconds
    clock.tick(seconds=int(refused.headers["Retry-After"]))
    assert sign_in(neighbour.phone, RIGHT).status == 200


def test_a_person_who_signed_in_by_a_code_is_known_at_that_address(clock: Clock) -> None:
    # given a person who answered a code there
    neighbour = Newcomer()
    challenge = neighbour.sign_up(password=RIGHT).body["challenge"]
    code = mailbox.deliver()[0].code
    assert call_from(A, "/auth/tokens", {"challenge": challenge, "code": code}).status == 200
    # when a guesser uses up what may be guessed from it
    Guesser("", "new", "new").compared(clock, minutes=1, every=1)
    # then their password works at once, until the address is forgotten
    assert sign_in(neighbour.phone, RIGHT).status == 200
    clock.tick(seconds=KNOWN_SECONDS)
    Guesser("", "new", "new").compared(clock, minutes=1, every=1)
    assert sign_in(neighbour.phone, RIGHT).status == 429


def test_an_attackers_own_sign_in_makes_no_other_name_known(zanele: Newcomer, clock: Clock) -> None:
    attacker = Newcomer().signed_in(password=RIGHT)
    assert sign_in(attacker.phone, RIGHT).status == 200
    Guesser("", "new", "one").compared(clock, minutes=1, every=1)
    assert sign_in(attacker.phone, RIGHT).status == 200
    assert sign_in(zanele.phone, WRONG).status == 429


def test_phone_email_and_step_up_count_as_one_person(clock: Clock) -> None:
    # given a person with a phone and an e-mail
    owner = Newcomer().signed_in(password=RIGHT)
    asked = owner.person.post("/auth/contacts", {"email": "zanele@example.org"}).body["challenge"]
    proof = {"challenge": asked, "code": mailbox.deliver()[-1].code}
    assert owner.person.post("/auth/contacts/proof", proof).status == 200
    # when one wrong password is sent by each way
    assert sign_in(owner.phone, WRONG).status == 401
    assert sign_in("zanele@example.org", WRONG).status == 401
    assert call_from(A, "/auth/step-up", {"password": WRONG}, who=owner.person).status == 401
    # then every way is slowed
    assert sign_in(owner.phone, WRONG).status == 429
    assert sign_in("Zanele@example.org", WRONG).status == 429
    assert call_from(A, "/auth/step-up", {"password": WRONG}, who=owner.person).status == 429


@pytest.mark.parametrize("known", [True, False])
def test_a_locked_person_gets_the_same_answer_as_an_unknown_one(pool: Pool, clock: Clock, known: bool) -> None:
    # given Cognito's lock of a person after five wrong passwords
    pool.locks = True
    somebody = Newcomer().signed_in(password=RIGHT) if known else Newcomer()
    # when passwords come from ever new addresses
    answers = [sign_in(somebody.phone, WRONG, f"198.51.100.{number}") for number in range(12)]
    answers += [sign_in(somebody.phone, RIGHT, "198.51.100.77")]
    # then further ones are refused as neither right nor wrong
    seen = [(answer.status, answer.body["code"], answer.headers.get("Retry-After")) for answer in answers]
    assert seen == [(401, "wrong_password", None)] * 5 + [(429, "too_many_wrong_passwords", "60")] * 8
    # and the lock doubles, whoever it is
    clock.tick(seconds=1)
    assert sign_in(somebody.phone, WRONG, "198.51.100.90").status == 401
    clock.tick(seconds=1)
    assert sign_in(somebody.phone, WRONG, "198.51.100.91").status == 429
    clock.tick(seconds=1)
    assert sign_in(somebody.phone, WRONG, "198.51.100.91").status == 401


def test_a_lock_builds_no_delay_for_the_owner(zanele: Newcomer, pool: Pool, clock: Clock) -> None:
    # given a person whom others locked
    pool.locks = True
    for number in range(5):
        sign_in(zanele.phone, WRONG, f"198.51.100.{number}")
    # when the owner sends the right password again and again
    assert [sign_in(zanele.phone, RIGHT).status for _ in range(8)] == [429] * 8
    # then it works as soon as the lock is over
    clock.tick(seconds=1)
    assert sign_in(zanele.phone, RIGHT).status == 200


def test_wrong_passwords_are_forgotten_after_hours(zanele: Newcomer, clock: Clock) -> None:
    fail(zanele.phone, 8, clock)
    clock.tick(seconds=IDENTITY_RULE.kept)
    assert [sign_in(zanele.phone, WRONG).status for _ in range(IDENTITY_RULE.free)] == [401] * IDENTITY_RULE.free


def test_codes_and_refreshes_are_not_slowed(zanele: Newcomer, clock: Clock) -> None:
    fail(zanele.phone, 6, clock)
    assert call_from(A, "/auth/codes", {"username": zanele.phone}).status == 200
    refreshed = call_from(A, "/auth/tokens", {"refreshToken": zanele.tokens["refreshToken"]})
    assert refreshed.status == 200


def test_wrong_passwords_of_a_step_up_are_slowed_too(zanele: Newcomer, clock: Clock) -> None:
    def step_up(password: str, address: str) -> Answer:
        return call_from(address, "/auth/step-up", {"password": password}, who=zanele.person)

    for _ in range(IDENTITY_RULE.free):
        assert step_up(WRONG, A).status == 401
    assert step_up(RIGHT, A).status == 429
    assert step_up(RIGHT, B).status == 200


def test_a_failure_of_cognito_counts_as_no_wrong_password(zanele: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(cognito, "sign_in_with_password", down)
        for _ in range(IDENTITY_RULE.free + 1):
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
    rows = [row for row in stored("challenges") if row["id"].startswith(("wrong#", "bucket#"))]
    assert len(rows) == 3
    assert not any(text in str(rows) for text in (zanele.phone, A, "Phone"))
