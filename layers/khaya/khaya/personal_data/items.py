"""The copies of an item that the list describes: without a person's data, and for a person's export."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any, TypeVar

from khaya.personal_data.catalogue import RECORDS
from khaya.personal_data.places import Place, Record
from khaya.platform.base.models import Model, item_of

Item = TypeVar("Item", bound=Model)
Parents = tuple[int | str, ...]
"""The list positions and map keys that lead to one value of a path."""

_SIDES = ("buyer", "worker")

_RECORD_OF: Mapping[type, Record] = {record.model: record for record in RECORDS if record.model is not None}


def without_person(item: Item, person: str, now: str, *, as_: Collection[str] = ()) -> Item:
    """The item without the personal data and the words of a person; the same object if it has none.

    Whole items that an erasure deletes, and what it keeps, are left to the caller.

    Args:
        item: a stored item of one of the list's models.
        person: the id of the person.
        now: the time of the change, for items with a version.
        as_: the owners, of those that items do not name, that the person is for this item.
    """
    before = item_of(item)
    after = deepcopy(before)
    for place in _RECORD_OF[type(item)].places:
        if place.erasure.action not in ("remove", "replace"):
            continue
        for holder, name, parents in values_of(after, place.path):
            if person == owner_of(before, place.owner, parents) or place.owner in as_:
                if place.erasure.action == "remove":
                    del holder[name]
                else:
                    holder[name] = place.erasure.words
    erased = type(item).model_validate(after)
    if erased == item:
        return item
    version = getattr(item, "version", None)
    return erased if version is None else erased.model_copy(update={"version": version + 1, "updated_at": now})


def exported(item: Model, person: str) -> dict[str, Any]:
    """The item as the export of a person shows it."""
    before = item_of(item)
    shown = deepcopy(before)
    for place in _RECORD_OF[type(item)].places:
        for holder, name, parents in values_of(shown, place.path):
            if not _is_exported(place, person == owner_of(before, place.owner, parents)):
                del holder[name]
    return shown


def own_words(item: Model, person: str, *, as_: Collection[str] = ()) -> dict[str, Any]:
    """The ids of an item of somebody else, and by their paths the values on it that are the person's; empty if none."""
    before = item_of(item)
    found: dict[str, Any] = {}
    for place in _RECORD_OF[type(item)].places:
        for holder, name, parents in values_of(before, place.path):
            if person == owner_of(before, place.owner, parents) or place.owner in as_:
                found.setdefault(place.path, []).append(holder[name])
    return {**{name: before[name] for name in ("id", "userId") if name in before}, **found} if found else {}


def _is_exported(place: Place, own: bool) -> bool:
    return place.export == "yes" or (place.export == "to its owner" and own)


def owner_of(item: Mapping[str, Any], owner: str, parents: Parents) -> str | None:
    """The id of the person whom the attribute `owner` names, in the same elements of lists as the value; None if none.

    An attribute that names a side of a job stands for the person of that side.
    """
    value: Any = item
    left = list(parents)
    for part in owner.split("."):
        name = part.rstrip("[]{}")
        value = value.get(name) if isinstance(value, Mapping) else None
        if part != name and value is not None:
            value = value[left.pop(0)]
    if value in _SIDES:
        value = item.get(f"{value}Id")
    return value if isinstance(value, str) else None


def values_of(item: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str, Parents]]:
    """Each value of a path: the map that holds it, its name there, and the elements that lead to it."""
    first, _, rest = path.partition(".")
    name = first.rstrip("[]{}")
    if name not in item:
        return
    if not rest:
        yield item, name, ()
    elif first.endswith("[]"):
        for number, element in enumerate(item[name]):
            for holder, last, parents in values_of(element, rest):
                yield holder, last, (number, *parents)
    elif first.endswith("{}"):
        for key, element in item[name].items():
            for holder, last, parents in values_of(element, rest):
                yield holder, last, (key, *parents)
    else:
        yield from values_of(item[name], rest)
