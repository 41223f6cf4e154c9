"""What the list says about one place of personal data: whose it is, and what an erasure and an export do with it."""

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel

from khaya.profiles.model import FORMER_NAME

Kind = Literal["name", "contact", "place", "typed text", "file", "identifier", "device or address"]
Action = Literal["remove", "replace", "delete", "keep", "expire"]
Export = Literal["yes", "to its owner", "no"]

ADMIN: Final = "admin"
"""The owner of an admin's words on an item that does not name the admin."""
BUYER_OF_THE_JOB: Final = "buyer of the job"
"""The owner of a copy on an item that does not name the job's buyer."""

REMOVED: Final = "Removed with the account of whoever wrote it."
REMOVED_JOB: Final = "Removed job"
REMOVED_LISTING: Final = "Removed listing"
REMOVED_PLACE: Final = "Removed place"
REMOVED_UNIT: Final = "Removed"


@dataclass(frozen=True)
class Erasure:
    """What an erasure does with a place.

    Attributes:
        action: `remove` takes the value away, `replace` writes `words`, `delete` deletes the whole item, `keep` leaves
            the value, and `expire` leaves it to the item's time to live.
        words: the neutral words.
        reason: why a value stays, or who deletes it.
    """

    action: Action
    words: str | None = None
    reason: str = ""


REMOVE: Final = Erasure("remove")
DELETE: Final = Erasure("delete")
FORMER: Final = Erasure("replace", FORMER_NAME)
TEXT: Final = Erasure("replace", REMOVED)


def replace(words: str) -> Erasure:
    """Neutral words instead of the value."""
    return Erasure("replace", words)


def keep(reason: str) -> Erasure:
    """The value stays, for this reason."""
    return Erasure("keep", reason=reason)


def expire(reason: str) -> Erasure:
    """The value goes with its item's time to live, or with the retention of its store."""
    return Erasure("expire", reason=reason)


def delete(reason: str) -> Erasure:
    """The whole item goes; the reason says how."""
    return Erasure("delete", reason=reason)


@dataclass(frozen=True)
class Place:
    """One place of personal data or typed text in an item.

    Attributes:
        path: the attribute, as `submission.note`, `changes[].reason` (each of a list) or `devices{}.token` (each of a
            map).
        owner: whose it is: the attribute with the person's id, or with the name of their side of a job; otherwise a
            word for people whom the item does not name.
        export: whether the export of a person whom the item concerns has it.
    """

    path: str
    kind: Kind
    owner: str
    erasure: Erasure
    export: Export = "yes"


@dataclass(frozen=True)
class Record:
    """One kind of stored item.

    Attributes:
        store: the table, as its variable in the template names it, or another store.
        model: the class of the item; None for items that no model describes.
        places: its places of personal data; empty if it has none.
        retention: how long the item is kept.
    """

    name: str
    store: str
    model: type[BaseModel] | None
    places: tuple[Place, ...]
    retention: str = "as long as the account; what stays is kept without a name"
