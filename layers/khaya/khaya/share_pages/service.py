"""Makes the page of a job, a listing, a person, a story or an invitation, as everybody may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from khaya.bids.visibility import get_visible_job
from khaya.listings import service as listings
from khaya.notifications.choices import Language
from khaya.notifications.messages import catalogue
from khaya.platform.base import clock
from khaya.platform.base.errors import NotFound
from khaya.platform.base.settings import settings
from khaya.platform.base.text import excerpt
from khaya.platform.data.unit_of_work import read
from khaya.profiles import service as profiles
from khaya.profiles.model import Profile
from khaya.referrals import store as referrals
from khaya.referrals.model import normalize_code
from khaya.share_pages.page import Kind, SharePage
from khaya.share_pages.phone_numbers import without_phone_numbers
from khaya.share_pages.words import WORDS
from khaya.stories import service as stories
from khaya.uploads.model import MEDIA, PREVIEW, PictureFacts, upload_id

_TEXT_LENGTH: Final = 600


def page_of(kind: Kind, object_id: str, language: Language) -> SharePage:
    """The page. What does not exist and what not everybody may see look alike."""
    makers = {"jobs": _job, "materials": _listing, "people": _person, "stories": _story, "invite": _invitation}
    try:
        return without_phone_numbers(makers[kind](object_id, language))
    except NotFound:
        words = WORDS[language]
        return SharePage("/", words["closed"], words["closedText"], is_open=False)


def _job(job_id: str, language: Language) -> SharePage:
    job, words, texts = get_visible_job(job_id, None), WORDS[language], catalogue(language)
    budget, until = texts.amount(job.budget_cents), texts.day(job.expires_at)
    facts = [
        (words["place"], job.location),
        (words["budget"], budget),
        (words["bids"], str(job.bid_count)),
        *([(words["start"], texts.day(_moment(job.start_date)))] if job.start_date else []),
        (words["until"], until),
        (words["postedBy"], job.buyer_name),
    ]
    return SharePage(
        f"/jobs/{job.id}",
        f"{job.title}, {job.location}",
        f"{words['budget']} {budget}. {words['bids']}: {job.bid_count}. {words['until']} {until}.",
        tuple(facts),
        excerpt(job.description, _TEXT_LENGTH),
        _image(job.photos, job.pictures),
    )


def _listing(listing_id: str, language: Language) -> SharePage:
    listing, words = listings.get_visible(listing_id, None), WORDS[language]
    price = f"{catalogue(language).amount(listing.price_cents)} / {listing.unit}"
    facts = (
        (words["price"], price),
        (words["inStock"], str(listing.stock)),
        (words["place"], listing.location),
        (words["seller"], listing.seller_name),
    )
    summary = f"{price}. {listing.location}."
    text, image = excerpt(listing.description, _TEXT_LENGTH), _image(listing.photos, listing.pictures)
    return SharePage(f"/materials/{listing.id}", listing.title, summary, facts, text, image)


def _person(user_id: str, language: Language) -> SharePage:
    person, words = _member(user_id), WORDS[language]
    count = person.rating_count
    rating = f"{person.rating_average} / 5, {words['reviews'].format(count=count)}" if count else words["noReviews"]
    facts = [
        *([(words["trades"], ", ".join(person.trades))] if person.trades else []),
        *([(words["place"], person.location)] if person.location else []),
        (words["rating"], rating),
        (words["jobsDone"], str(person.completed_jobs)),
        *([(words["verified"], words["yes"])] if person.verified else []),
    ]
    known = ". ".join(value for _, value in facts[:2])
    text = excerpt(person.bio or "", _TEXT_LENGTH)
    image = _image([person.photo_url] if person.photo_url else [], person.pictures)
    summary = f"{known}. {words['person']}"
    return SharePage(f"/people/{person.user_id}", person.display_name, summary, tuple(facts), text, image)


def _story(story_id: str, language: Language) -> SharePage:
    story, _ = stories.get_visible(story_id, None)
    facts = ((WORDS[language]["author"], story.author_name),)
    text = excerpt(story.content, _TEXT_LENGTH)
    summary, image = excerpt(story.content, 120), _image(story.media, story.pictures)
    return SharePage(f"/stories/{story.id}", story.title, summary, facts, text, image)


def _invitation(code_text: str, language: Language) -> SharePage:
    """The page of a referral code. That of somebody suspended or gone is unknown."""
    code = referrals.read_code(read(referrals.code_key(normalize_code(code_text))))
    if code is None:
        raise NotFound
    person, words = _member(code.user_id), WORDS[language]
    title = words["invite"].format(name=person.display_name)
    return SharePage(f"/invite/{code.code}", title, words["inviteText"])


def _member(user_id: str) -> Profile:
    """The profile of somebody who is neither suspended nor gone.

    Raises:
        NotFound: the person does not exist, is suspended or has left.
    """
    person = profiles.public(user_id)
    if person.erased_at is not None:
        raise NotFound
    return person


def _image(keys: Sequence[str], facts: Mapping[str, PictureFacts]) -> str | None:
    """The address of the preview of the first picture that has a public copy; None if there is none."""
    base = settings().media_base_url
    found = (facts.get(upload_id(key)) for key in keys)
    folder = next((one.folder for one in found if one is not None and one.public and one.folder), None)
    return f"{base}/{MEDIA}/{folder}/{PREVIEW}" if base and folder else None


def _moment(date_or_moment: str) -> str:
    """The start of a date in South Africa; a moment as it is."""
    if len(date_or_moment) > len("2026-11-21"):
        return date_or_moment
    return clock.local_hour(f"{date_or_moment}T00:00:00.000Z", 8)
