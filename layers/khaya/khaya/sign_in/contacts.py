"""Use cases of contacts: a person adds or changes their phone or e-mail, and proves it by a code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from khaya.identities import store as identities
from khaya.jobs import store as jobs
from khaya.jobs.model import Party
from khaya.notifications.choices import Language
from khaya.platform.aws import cognito, secrets
from khaya.platform.aws.cognito import Origin
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.platform.web.access import Caller
from khaya.sign_in import challenges, store
from khaya.sign_in.model import Challenge, CodeAnswer, ContactIdentity, new_challenge
from khaya.users import store as users


def request_contact_code(
    identity: ContactIdentity, language: Language | None, caller: Caller, *, now: str, unit_of_work: UnitOfWork
) -> Challenge:
    """Send a code to a new phone or e-mail of the caller."""
    challenge = new_challenge(
        "contact", identity, None, now, user_id=caller.user_id, session_id=caller.session_id, language=language
    )
    return challenges.request(challenge, identity.kind, now=now, unit_of_work=unit_of_work)


def verify_contact(
    answer: CodeAnswer, origin: Origin, caller: Caller, *, now: str, unit_of_work: UnitOfWork
) -> dict[str, str | None]:
    """Set a verified phone or e-mail in the account, in the private record and on the jobs in progress.

    The contact is reserved while Cognito is changed, so that of several people who prove it at one moment only one
    changes Cognito. All steps before the commit are idempotent, and the commit takes the contact and closes the
    challenge, so a repeated request completes a failed one.

    Raises:
        Unauthenticated: the code is not accepted.
        Conflict: the phone or e-mail belongs to another account. Only the owner of the contact learns this.
    """
    challenge = unit_of_work.once(
        "challenge", lambda: challenges.check_answer(answer, {"contact"}, origin, now=now, caller=caller)
    )
    verified = challenge.verified
    unit_of_work.once("cognito", lambda: _set_contact_in_cognito(verified, caller, now))
    if verified.kind == "phone":
        _update_phone_on_jobs(caller.user_id, verified.value)
    user = users.get(caller.user_id)
    before = user.phone if verified.kind == "phone" else user.email
    unit_of_work.add(
        users.set_contact(caller.user_id, verified.kind, before, verified.value),
        *identities.change_contact(caller.user_id, verified.kind, before, verified.value),
        *([identities.note_change(caller.user_id, verified.kind, before, now)] if before != verified.value else []),
        store.close(challenge.id, now),
        store.release_contact(_hash_of(verified), caller.user_id),
    )
    return {"phone": user.phone, "email": user.email, verified.kind: verified.value}


def _set_contact_in_cognito(verified: ContactIdentity, caller: Caller, now: str) -> None:
    """Reserve a proved contact for the caller, and set it in Cognito.

    Raises:
        Conflict: it belongs to another account, or is being taken by one.
    """
    reservation = store.reserve_contact(_hash_of(verified), verified.kind, caller.user_id, now)
    commit_now(identities.require_free(verified, caller.user_id), reservation)
    try:
        holder = cognito.find(verified.value)
        if holder is not None and holder.subject != caller.subject:
            raise Conflict(
                f"This {verified.kind} belongs to another account.",
                code="contact_taken",
                params={"contact": verified.kind},
            )
        cognito.set_contact(caller.subject, verified.kind, verified.value)
    except Conflict:
        commit_now(store.release_contact(_hash_of(verified), caller.user_id))
        raise


def _hash_of(contact: ContactIdentity) -> str:
    return secrets.keyed_hash("contact", contact.kind, contact.value)


def _update_phone_on_jobs(user_id: str, phone: str) -> None:
    """Update the number on the person's jobs in progress, where the other party sees it."""
    parties: tuple[Party, ...] = ("buyer", "worker")
    for party in parties:
        for job_id in _jobs_in_progress(party, user_id):
            with suppress(WriteConflict):  # the job has ended, and no longer shows contacts
                commit_now(jobs.set_contact_phone(job_id, party, phone))


def _jobs_in_progress(party: Party, user_id: str) -> Iterator[str]:
    yield from (
        job.id for job in every_item(lambda page_request: jobs.of_person(party, user_id, "in_progress", page_request))
    )
