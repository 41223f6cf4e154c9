"""The list of personal data: no text field of a stored model is missing on it, and what items become by it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import types
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, Field, create_model

import khaya
from khaya.bids.model import Bid
from khaya.escrows.model import Escrow
from khaya.jobs.model import Job
from khaya.notifications.model import Notification
from khaya.personal_data.catalogue import RECORDS
from khaya.personal_data.items import exported, own_words, without_person
from khaya.personal_data.outside import NOT_PERSONAL, OUTSIDE
from khaya.personal_data.places import ADMIN, BUYER_OF_THE_JOB, REMOVED, REMOVED_JOB, REMOVED_PLACE, Place
from khaya.platform.base.fields import Coordinates
from khaya.platform.base.models import Model, item_of
from khaya.profiles.model import FORMER_NAME, Profile
from khaya.reviews.model import Review

NOW, LATER = "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"

NOT_STORED: Mapping[str, str] = {
    "khaya.events.model.Event": "stands in messages only; its detail holds ids, states and amounts",
    "khaya.payment_records.model.Earning": "a response, made of a payout",
    "khaya.payment_records.model.Payment": "a response, made of a collection or a refund",
    "khaya.uploads.model.UploadForm": "a response",
    "khaya.users.model.EndedSessions": "ids of sessions in the private record",
}


# Completeness.


def stored_models() -> list[type[BaseModel]]:
    """Every model of a `model` or `store` module that is no part of another one."""
    for module in pkgutil.walk_packages(khaya.__path__, "khaya."):
        if module.name.rpartition(".")[2] in ("model", "store", "verification"):
            importlib.import_module(module.name)
    names = ("model", "store", "verification")
    found = [one for one in subclasses(Model) if one.__module__.rpartition(".")[2] in names]
    parts = {part for one in found for part in parts_of(one)}
    return sorted((one for one in found if one not in parts), key=name_of)


def subclasses(model: type[BaseModel]) -> set[type[BaseModel]]:
    direct = {one for one in model.__subclasses__() if one.__module__.startswith("khaya.")}
    return direct | {deeper for one in direct for deeper in subclasses(one)}


def parts_of(model: type[BaseModel]) -> set[type[BaseModel]]:
    """The models that stand in fields of a model, and in theirs."""
    direct = {leaf for field in model.model_fields.values() for _, leaf in leaves(field.annotation) if is_model(leaf)}
    return direct | {deeper for one in direct for deeper in parts_of(one)}


def leaves(annotation: Any) -> Iterator[tuple[str, Any]]:
    """The types in an annotation, each with `[]` or `{}` for the lists and maps around it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from leaves(arguments[0])
    elif origin in (Union, types.UnionType):
        for one in arguments:
            yield from leaves(one)
    elif origin in (list, tuple, set, frozenset):
        for one in arguments:
            yield from ((f"[]{around}", leaf) for around, leaf in leaves(one) if one is not Ellipsis)
    elif origin in (dict, Mapping):
        yield from ((f"{{}}{around}", leaf) for around, leaf in leaves(arguments[1]))
    else:
        yield "", annotation


def is_model(leaf: Any) -> bool:
    return isinstance(leaf, type) and issubclass(leaf, BaseModel)


def text_fields(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The paths of all fields that can hold text or a position."""
    for name, field in model.model_fields.items():
        path = prefix + (field.serialization_alias or field.alias or name)
        for around, leaf in leaves(field.annotation):
            if leaf in (str, Any, Coordinates):
                yield path
            elif is_model(leaf):
                yield from text_fields(leaf, f"{path}{around}.")


def missing_in(model: type[BaseModel], places: tuple[Place, ...]) -> list[str]:
    """The text fields of a model that are neither on the list nor known as not personal."""
    listed = {place.path for place in places}
    return [
        path
        for path in dict.fromkeys(text_fields(model))
        if not any(path == one or path.startswith((f"{one}.", f"{one}[", f"{one}{{")) for one in listed)
        and f"{model.__name__}.{path}" not in NOT_PERSONAL
        and not any(fnmatchcase(path.rpartition(".")[2], pattern) for pattern in NOT_PERSONAL)
    ]


def name_of(model: type[BaseModel]) -> str:
    return f"{model.__module__}.{model.__qualname__}"


@pytest.mark.parametrize("model", stored_models(), ids=name_of)
def test_every_text_field_of_a_stored_model_is_on_the_list(model: type[BaseModel]) -> None:
    if name_of(model) in NOT_STORED:
        return
    places = next((record.places for record in RECORDS if record.model is model), ())
    missing = missing_in(model, places)
    assert not missing, (
        f"{name_of(model)} stores text in {', '.join(missing)}: add the field to khaya.personal_data.catalogue, and say "
        "whose it is and what an erasure does with it; or, if nobody types it and it names nobody, to NOT_PERSONAL"
    )


def test_given_a_new_text_field_at_any_depth_then_it_is_found() -> None:
    inner: Any = create_model("Inner", __base__=Model, remark=(str | None, None))
    for annotation, path in (
        (str, "thing"),
        (str | None, "thing"),
        (list[str], "thing"),
        (dict[str, str], "thing"),
        (Annotated[str, Field(max_length=5)], "thing"),
        (Coordinates | None, "thing"),
        (inner, "thing.remark"),
        (list[inner], "thing[].remark"),
        (dict[str, inner], "thing{}.remark"),
        (list[inner] | None, "thing[].remark"),
    ):
        model: Any = create_model("New", __base__=Model, thing=(annotation, ...), user_id=(str, ...))
        assert missing_in(model, ()) == [path], annotation
        assert missing_in(model, (Place(path, "typed text", "userId", RECORDS[0].places[0].erasure),)) == []
    plain: Any = create_model("Plain", __base__=Model, state=(Literal["a"], ...), cents=(int, ...), made_at=(str, ...))
    assert missing_in(plain, ()) == []


def test_every_listed_model_has_the_listed_attributes() -> None:
    for record in RECORDS:
        if record.model is not None:
            for place in record.places:
                assert exists(record.model, place.path), f"{record.name} has no {place.path}"


def exists(model: type[BaseModel], path: str) -> bool:
    first, _, rest = path.partition(".")
    fields = {field.serialization_alias or field.alias or name: field for name, field in model.model_fields.items()}
    field = fields.get(first.rstrip("[]{}"))
    if field is None:
        return False
    inner = [leaf for _, leaf in leaves(field.annotation) if is_model(leaf)]
    return not rest or not inner or any(exists(one, rest) for one in inner)


def test_what_is_kept_or_expires_has_a_reason() -> None:
    for record in (*RECORDS, *OUTSIDE):
        for place in record.places:
            assert place.erasure.action not in ("keep", "expire") or place.erasure.reason, (record.name, place.path)


def test_the_code_that_empties_a_profile_removes_what_the_list_says() -> None:
    (record,) = (one for one in RECORDS if one.model is Profile)
    before = Profile.model_validate(
        {
            "userId": "p",
            "displayName": "Zodwa",
            "bio": "Hello.",
            "trades": ["tiling"],
            "location": "Durban",
            "coordinates": {"lat": 1.0, "lng": 2.0},
            "photoUrl": "uploads/p/profile/01KAK2M8Q0X3V4N5B6C7D8E9F0.jpg",
            "certifications": [{"title": "Red seal"}],
            "verification": {"status": "refused", "note": "Please.", "reason": "Blurred.", "decidedBy": "a"},
        }
    )
    after = item_of(before.erased(NOW))
    for place in record.places:
        if place.erasure.action != "keep":
            value = after.get(place.path.partition(".")[0].rstrip("[]"))
            assert value in (None, [], FORMER_NAME), place.path


# What items become.


SIDES = {"cancellation.by": "workerId", "dispute.by": "workerId", "dispute.evidence[].by": "workerId"}
"""In the examples the worker cancelled, opened the dispute, and gave evidence."""


def filled(annotation: Any, path: str = "") -> Any:
    """A value of a type with a different text in every text field."""
    around, leaf = next((around, leaf) for around, leaf in leaves(annotation) if leaf is not type(None))
    made = filled_leaf(leaf, path + around)
    for shape in reversed(re.findall(r"\[\]|{}", around)):
        made = [made] if shape == "[]" else {"one": made}
    return made


def filled_leaf(leaf: Any, path: str) -> Any:
    if leaf is Coordinates:
        return {"lat": -29.8, "lng": 31.0}
    if is_model(leaf):
        prefix = f"{path}." if path else ""
        names = {field.serialization_alias or field.alias or name: field for name, field in leaf.model_fields.items()}
        return {name: filled(field.annotation, prefix + name) for name, field in names.items()}
    if get_origin(leaf) is Literal:
        return get_args(leaf)[0]
    if path.endswith(".key"):
        return "uploads/p/certification/01KAK2M8Q0X3V4N5B6C7D8E9F0.jpg"
    return {str: f"text of {path}", int: 1, float: 1.0, bool: True}[leaf]


def changing_places() -> list[tuple[type[Any], Place]]:
    """The places of models that an erasure changes on an item that stays."""
    return [
        (record.model, place)
        for record in RECORDS
        for place in record.places
        if record.model is not None and place.erasure.action in ("remove", "replace")
    ]


@pytest.mark.parametrize(
    ("model", "place"), changing_places(), ids=lambda one: one.path if isinstance(one, Place) else one.__name__
)
def test_an_erasure_of_its_owner_changes_each_listed_place_and_only_the_owners_places(
    model: type[Any], place: Place
) -> None:
    example = filled(model)
    if model is Job:
        example["cancellation"]["by"] = "worker"
    if model is Escrow:
        example["dispute"]["by"] = example["dispute"]["evidence"][0]["by"] = "worker"
    if model is Notification:
        example["params"] = {"jobTitle": "text of params.jobTitle"}
    before = model.model_validate(example)
    owner = SIDES.get(place.owner, place.owner)
    nameless = owner in (ADMIN, BUYER_OF_THE_JOB)
    person = "nobody" if nameless else f"text of {owner}"
    # a stranger's erasure changes nothing
    assert without_person(before, "a stranger", LATER) is before
    # the owner's changes this place, and the item can still be read
    after = without_person(before, person, LATER, as_=(place.owner,) if nameless else ())
    kept, was = texts(item_of(after)), texts(item_of(before))
    assert place.path not in kept or kept[place.path] == place.erasure.words != was[place.path]
    assert type(after).model_validate(item_of(after)) == after
    # and no place of anybody else, but the version and its time
    own = {one.path for other, one in changing_places() if other is model and SIDES.get(one.owner, one.owner) == owner}
    changed = {path for path in was if kept.get(path) != was[path]} - {"version", "updatedAt"}
    assert changed <= {
        path for path in was if any(path == one or path.startswith((f"{one}[", f"{one}.")) for one in own)
    }
    assert without_person(after, person, "2026-11-22T09:00:00.000Z", as_=(place.owner,) if nameless else ()) is after


def texts(value: Any, path: str = "") -> dict[str, Any]:
    """The single values of an item by their paths."""
    if isinstance(value, Mapping):
        return {
            at: leaf
            for name, one in value.items()
            for at, leaf in texts(one, f"{path}{'.' if path else ''}{name}").items()
        }
    if isinstance(value, (list, tuple, set)):
        return {at: leaf for one in value for at, leaf in texts(one, f"{path}[]").items()}
    return {path: value}


def job(**fields: Any) -> Job:
    return Job.model_validate(
        {
            "id": "1",
            "buyerId": "b",
            "buyerName": "Sipho",
            "title": "Fix Sipho's tap",
            "description": "Sipho's kitchen, second door.",
            "category": "plumbing",
            "budgetCents": 1000,
            "location": "Sipho's road",
            "coordinates": {"lat": -29.8, "lng": 31.0},
            "photos": ["x"],
            "expiresAt": LATER,
            "createdAt": NOW,
            "updatedAt": NOW,
            "status": "cancelled",
            "workerId": "w",
            "buyerContact": {"displayName": "Sipho", "phone": "+27829998877"},
            "workerContact": {"displayName": "Zodwa", "phone": "+27831112233"},
            "submission": {"note": "Zodwa did it.", "photos": ["proof"], "submittedAt": NOW},
            "changes": [{"reason": "Sipho wants more.", "at": NOW}, {"reason": "Sipho again.", "at": NOW}],
            "cancellation": {"reason": "Zodwa is ill.", "by": "worker", "at": NOW},
        }
        | fields
    )


def test_given_a_job_when_its_buyer_is_erased_then_only_the_workers_words_are_left() -> None:
    after = without_person(job(), "b", LATER)
    assert "Sipho" not in str(after)
    assert "Zodwa did it." in str(after)
    assert (after.title, after.location, after.description) == (REMOVED_JOB, REMOVED_PLACE, REMOVED)
    assert (after.buyer_name, after.coordinates, after.photos) == (FORMER_NAME, None, [])
    assert [one.reason for one in after.changes] == [REMOVED, REMOVED]
    assert after.buyer_contact is not None
    assert (after.buyer_contact.display_name, after.buyer_contact.phone) == (FORMER_NAME, None)
    assert (after.version, after.updated_at) == (2, LATER)


def test_given_a_job_when_its_worker_is_erased_then_the_proof_stays_without_their_words() -> None:
    after = without_person(job(), "w", LATER)
    assert "Zodwa" not in str(after)
    assert after.submission is not None
    assert (after.submission.note, after.submission.photos) == (REMOVED, ["proof"])
    assert after.cancellation is not None
    assert after.cancellation.reason == REMOVED
    assert after.title == "Fix Sipho's tap"


@pytest.mark.parametrize("person", ["b", "w", "somebody"])
def test_removing_a_person_twice_changes_nothing_more(person: str) -> None:
    once = without_person(job(), person, LATER)
    assert without_person(once, person, "2026-11-22T09:00:00.000Z") is once
    assert (once is job()) is False
    assert (once == job()) is (person == "somebody")


def test_given_a_job_that_an_admin_closed_when_the_admin_is_erased_then_both_copies_of_the_reason_are_removed() -> None:
    closed = job(
        closing={"status": "cancelled", "reason": "Nobody came.", "at": NOW},
        cancellation={"reason": "Nobody came.", "by": "system", "at": NOW},
    )
    assert without_person(closed, "admin", LATER) is closed
    after = without_person(closed, "admin", LATER, as_=(ADMIN,))
    assert "Nobody came." not in str(after)
    assert after.title == closed.title


def test_given_a_bid_when_the_jobs_buyer_is_erased_then_title_and_message_are_removed_and_the_proposal_stays() -> None:
    bid = Bid.model_validate(
        {
            "id": "1",
            "jobId": "j",
            "jobTitle": "Fix Sipho's tap",
            "buyerId": "b",
            "workerId": "w",
            "workerName": "Zodwa",
            "amountCents": 1,
            "timelineDays": 1,
            "proposal": "I come tomorrow.",
            "status": "rejected",
            "rejectionNote": "Sipho found another.",
            "createdAt": NOW,
            "updatedAt": NOW,
        }
    )
    of_buyer, of_worker = without_person(bid, "b", LATER), without_person(bid, "w", LATER)
    assert (of_buyer.job_title, of_buyer.rejection_note, of_buyer.proposal) == (REMOVED_JOB, REMOVED, bid.proposal)
    assert (of_worker.worker_name, of_worker.proposal) == (FORMER_NAME, REMOVED)
    assert (of_worker.job_title, of_worker.rejection_note) == (bid.job_title, bid.rejection_note)


def test_given_a_review_when_an_admin_is_erased_then_only_their_own_reasons_are_removed() -> None:
    moderations = [
        {"hidden": number % 2 == 0, "reason": f"Reason {number}", "moderatorId": f"a{number % 3}", "at": NOW}
        for number in range(6)
    ]
    review = Review.model_validate(
        {
            "id": "1",
            "jobId": "j",
            "jobCompletedAt": NOW,
            "reviewerId": "r",
            "reviewerName": "R",
            "subjectId": "s",
            "subjectRole": "worker",
            "rating": 1,
            "comment": "Bad.",
            "response": {"comment": "No.", "createdAt": NOW},
            "moderations": moderations,
            "createdAt": NOW,
            "updatedAt": NOW,
        }
    )
    after = without_person(review, "a1", LATER)
    reasons = [one.reason for one in after.moderations]
    assert reasons == ["Reason 0", REMOVED, "Reason 2", "Reason 3", REMOVED, "Reason 5"]
    assert without_person(review, "s", LATER).comment == "Bad."
    assert "No." not in str(without_person(review, "s", LATER))
    assert without_person(review, "r", LATER).rating == 1
    assert own_words(review, "s") == {"id": "1", "response.comment": ["No."]}
    assert own_words(review, "stranger") == {}


def test_given_a_notification_that_quotes_a_title_then_only_its_title_is_replaced() -> None:
    notification = Notification.model_validate(
        {
            "id": "1",
            "userId": "w",
            "kind": "bidRejected",
            "params": {"jobTitle": "Fix Sipho's tap", "amountCents": 5},
            "data": {"jobId": "j"},
            "event": "e",
            "createdAt": NOW,
        }
    )
    after = without_person(notification, "b", LATER, as_=(BUYER_OF_THE_JOB,))
    assert after.params == {"jobTitle": REMOVED_JOB, "amountCents": 5}
    assert notification.params["jobTitle"] == "Fix Sipho's tap"


def test_given_an_export_then_it_holds_an_admins_reason_but_neither_their_note_nor_what_they_propose() -> None:
    example = filled(Escrow)
    example["buyerId"], example["workerId"] = "b", "w"
    escrow = Escrow.model_validate(example)
    for person in ("b", "w"):
        shown = exported(escrow, person)
        assert shown["dispute"]["decisionReason"] == "text of dispute.decisionReason"
        assert "note" not in shown["dispute"]
        assert "proposedResolution" not in shown


def test_given_an_export_then_it_holds_the_persons_contact_and_not_the_other_partys() -> None:
    for person, own, other in (("b", "buyerContact", "workerContact"), ("w", "workerContact", "buyerContact")):
        shown = exported(job(), person)
        assert shown[own]["phone"]
        assert "phone" not in shown.get(other, {})
        assert ("coordinates" in shown) is (person == "b")
        assert shown["submission"]["note"] == "Zodwa did it."
