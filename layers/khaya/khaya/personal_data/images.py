"""Images of stored items in stream records, of any state and version: without a person's data and words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from khaya.personal_data.catalogue import RECORDS
from khaya.personal_data.items import owner_of, values_of


def image_without_person(
    store: str, image: Mapping[str, Any], person: str, *, as_: Collection[str] = ()
) -> dict[str, Any]:
    """The image without what an erasure removes, replaces or deletes.

    Unlike `items.without_person` it needs no model, and also removes what an erasure deletes as a whole item. Files
    stay: their places hold only keys.

    Args:
        store: the kind of item, as its table's name has it.
        image: the attributes of the item.
        person: the id of the person.
        as_: the owners, of those that items do not name, that the person is for this item.
    """
    after = deepcopy(dict(image))
    for place in (place for record in RECORDS if record.store == store for place in record.places):
        if place.erasure.action == "keep" or place.kind == "file":
            continue
        for holder, name, parents in [*values_of(after, place.path)]:
            owner = owner_of(image, place.owner, parents) or ""
            if owner.partition("#")[0] != person and place.owner not in as_:
                continue
            if place.erasure.words is None:
                del holder[name]
            else:
                holder[name] = place.erasure.words
    return after
