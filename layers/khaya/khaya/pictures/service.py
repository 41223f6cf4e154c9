"""Checking of uploads after their hand-in, and public copies of pictures.

Each function here may run any number of times and in any order: it reads the present state and writes what follows.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeAlias

from khaya.pictures import store
from khaya.pictures.decoding import Decoded, NotDecodable, decode
from khaya.platform.aws import files
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data.unit_of_work import Key, commit_now, read, read_together
from khaya.platform.work.parallel import in_parallel
from khaya.platform.work.retries import retry_on_conflict
from khaya.uploads import store as uploads
from khaya.uploads.model import (
    MEDIA,
    PREVIEW,
    PictureFacts,
    Resource,
    Showing,
    Upload,
    folder_of,
    showing,
    upload_id,
    widths_for,
)
from khaya.users import store as users

KeyOf: TypeAlias = Callable[[str], Key]
Keys: TypeAlias = Mapping[Resource, KeyOf]
"""Where the items that show uploads are stored, by their table."""

MOST_DECODINGS: Final = 3
"""A file whose decoding ended the function so often, by time or memory, is refused."""

_ATTEMPTS = 10
_AT_ONCE = 4


def check(upload_key: str, keys: Keys) -> bool:
    """Decode a handed-in upload once, and store the result on the objects that show it; returns whether it is ready.

    Returns whether the upload is ready; False also where it was removed meanwhile.

    Raises:
        Unavailable: the bucket cannot be reached.
        WriteConflict: an object keeps changing.
    """
    upload = uploads.find(upload_key)
    if upload is None or upload.state == "offered":
        return False
    facts = upload.facts or _decide(upload)
    if facts is None:
        return False
    for used_by in sorted(upload.used_by):
        resource, object_id, _ = used_by.split("/")
        if resource in keys:
            _set_facts(resource, keys[resource](object_id), upload, facts)  # type: ignore[arg-type, index]
    return facts.state == "ready"


def discard(upload_key: str) -> None:
    """Remove the file of an upload that was not handed in, in all its versions."""
    for _ in files.delete_folder(upload_key):
        pass


def refresh(resource: Resource, object_id: str, owner: str, gone: Collection[str], keys: Keys) -> None:
    """Create and delete the public copies of an object's pictures to match its current state.

    `gone` are folders of public copies that it knew before. Every folder that is not in use is emptied, so that a run
    that was interrupted after its copies were made leaves none behind.

    Raises:
        Unavailable: the bucket cannot be reached.
        WriteConflict: the object keeps changing.
    """
    key = keys[resource](object_id)

    def sync() -> set[str]:
        """Bring the copies in line, and return the folders that are not in use."""
        item, user = read_together([key, users.key(owner)])
        shown = showing(resource, item)
        in_use = _sync_public_copies(shown, key, hidden=_is_hidden(user)) if shown else set()
        return ({*gone} | (shown.folders if shown else set())) - in_use

    for folder in retry_on_conflict(sync, _ATTEMPTS):
        _unpublish(folder)


def _decide(upload: Upload) -> PictureFacts | None:
    """Decode an upload, write its files, and record the outcome; None where the upload was removed meanwhile."""
    try:
        decoded = _decoded(upload)
        facts = PictureFacts(state="refused")
        if decoded is not None:
            folder = folder_of(upload.key)
            in_parallel(
                lambda file: files.put(
                    folder + file.name, file.body, content_type=file.content_type, CacheControl=files.PRIVATE_CACHE
                ),
                decoded.files,
                _AT_ONCE,
            )
            facts = PictureFacts(state="ready", width=decoded.width, height=decoded.height)
        commit_now(uploads.decide(upload.key, facts))
    except WriteConflict:
        present = uploads.find(upload.key)
        if present is None:
            for _ in files.delete_folder(folder_of(upload.key)):
                pass
        return present.facts if present else None
    return facts


def _decoded(upload: Upload) -> Decoded | None:
    body = files.read_version(upload.key, upload.version_id or "null")
    if body is None or uploads.begin_decoding(upload.key) > MOST_DECODINGS:
        return None
    try:
        return decode(body, upload.content_type, with_preview=upload.may_be_public)
    except NotDecodable:
        return None


def _set_facts(resource: Resource, key: Key, upload: Upload, facts: PictureFacts) -> None:
    """Store the facts of an upload on an object that still shows it and lacks them."""
    name = upload_id(upload.key)
    folder = secrets.token_hex(16) if upload.may_be_public and facts.width else None

    def store_facts() -> None:
        item = read(key)
        shown = showing(resource, item)
        if item is None or shown is None or upload.key not in shown.keys or name in shown.pictures:
            return
        commit_now(store.set_facts(key, item, name, facts.model_copy(update={"folder": folder})))

    retry_on_conflict(store_facts, _ATTEMPTS)


def _sync_public_copies(shown: Showing, key: Key, *, hidden: bool) -> set[str]:
    """Create and delete public copies as the object requires; returns the folders in use.

    A copy is made before the object says so, and removed after the object says that it is gone.
    """
    to_publish = {} if hidden or not settings().media_base_url else _to_publish(shown)
    for name, upload_key in to_publish.items():
        if not shown.pictures[name].public:
            _publish(upload_key, shown.pictures[name])
    ids = {upload_id(upload_key) for upload_key in shown.keys}
    changed = {
        name: name in to_publish
        for name, facts in shown.pictures.items()
        if name in ids and facts.public != (name in to_publish)
    }
    removed = [name for name in shown.pictures if name not in ids]
    if changed or removed:
        commit_now(store.set_public(key, changed, removed))
    return {folder for name in to_publish if (folder := shown.pictures[name].folder)}


def _to_publish(shown: Showing) -> dict[str, str]:
    """The keys of the pictures that anybody may see and that are ready, by upload id."""
    by_id = {upload_id(key): key for key in shown.public_keys}
    return {name: key for name, key in by_id.items() if (facts := shown.pictures.get(name)) and facts.folder}


def _publish(upload_key: str, facts: PictureFacts) -> None:
    names = [f"{width}.webp" for width in widths_for(facts.width or 0)]
    copies = [(name, "image/webp") for name in names] + [(PREVIEW, "image/jpeg")]
    in_parallel(
        lambda copy: files.publish(folder_of(upload_key) + copy[0], f"{MEDIA}/{facts.folder}/{copy[0]}", copy[1]),
        copies,
        _AT_ONCE,
    )


def _unpublish(folder: str) -> None:
    for _ in files.delete_folder(f"{MEDIA}/{folder}/"):
        pass


def _is_hidden(user: Item | None) -> bool:
    return user is not None and user.get("status") in ("suspended", "erased")
