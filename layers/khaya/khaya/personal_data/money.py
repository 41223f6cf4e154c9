"""The part of the list about money: credits, and the referrals that they reward."""

from __future__ import annotations

from typing import Final

from khaya.credits.model import Proposal, SingleAdminSum
from khaya.ledger.model import Account, DayClosing, Entry, Movement
from khaya.personal_data.places import FORMER, TEXT, Place, Record, keep
from khaya.referrals.model import Code, Referral, Referrer, WaitingReward

_MONEY: Final = "seven years, without a name"
_MONEY_REASON: Final = keep(
    "accounting evidence, written by an admin for the platform; money records stay seven years without a name"
)

MONEY_RECORDS: Final[tuple[Record, ...]] = (
    Record("account of credits", "credits", Account, (), _MONEY),
    Record(
        "entry",
        "credits",
        Entry,
        (
            Place("reason", "typed text", "bookedBy", _MONEY_REASON),
            Place("source", "identifier", "userId", keep("the cause, by ids, so that it is booked once")),
            Place("against", "identifier", "userId", keep("the account on the other side, by ids"), "no"),
            Place("bookedBy", "identifier", "bookedBy", keep("who is answerable for a booking"), "no"),
        ),
        _MONEY,
    ),
    Record(
        "movement",
        "credits",
        Movement,
        (
            Place("source", "identifier", "legs[].account", keep("the cause, by ids")),
            Place("legs[].account", "identifier", "legs[].account", keep("the accounts, by ids")),
        ),
        _MONEY,
    ),
    Record(
        "proposal",
        "credits",
        Proposal,
        (
            Place("reason", "typed text", "proposedBy", _MONEY_REASON),
            Place("decisionReason", "typed text", "decidedBy", _MONEY_REASON),
        ),
        _MONEY,
    ),
    Record("movements of a day", "credits", DayClosing, (), _MONEY),
    Record("sum of what an admin booked alone", "credits", SingleAdminSum, (), "a day after the last booking"),
    Record(
        "referral code",
        "referrals",
        Code,
        (
            Place("displayName", "name", "userId", FORMER),
            Place("code", "identifier", "userId", keep("random; unknown once its owner is erased")),
        ),
        _MONEY,
    ),
    Record(
        "totals of a referrer",
        "referrals",
        Referrer,
        (
            Place("displayName", "name", "userId", FORMER),
            Place("code", "identifier", "userId", keep("random; unknown once its owner is erased")),
            Place("held", "identifier", "userId", keep("ids, which name nobody after an erasure"), "no"),
        ),
        _MONEY,
    ),
    Record(
        "referral",
        "referrals",
        Referral,
        (
            Place("referrerName", "name", "referrerId", FORMER),
            Place("referredName", "name", "referredId", FORMER),
            Place("code", "identifier", "referrerId", keep("random; unknown once its owner is erased")),
        ),
        _MONEY,
    ),
    Record(
        "reward that an admin decides about",
        "referrals",
        WaitingReward,
        (Place("decisionReason", "typed text", "decidedBy", TEXT, "to its owner"),),
        _MONEY,
    ),
)
"""The items of the tables Credits and Referrals."""
