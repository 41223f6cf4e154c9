"""Gives, checks and lists bank accounts. Their numbers are encrypted until the provider has checked them."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from khaya import provider
from khaya.identities import store as identities
from khaya.identities.model import Identity
from khaya.payout_accounts import store
from khaya.payout_accounts.model import (
    Bank,
    BankAccountRequest,
    Banks,
    PayoutAccount,
    Problem,
    changed_account,
    next_version_of,
)
from khaya.platform.aws import secrets
from khaya.platform.base.errors import FieldProblem, Invalid, Unavailable
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now, read, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.provider.errors import ProviderUnavailable, Refused, Unclear

if TYPE_CHECKING:  # its classes take a thirtieth of a cold start, and few requests need one
    from khaya.provider.model import BankAccount

_ATTEMPTS: Final = 10
_ACCOUNT_PURPOSE: Final = "bank account"
_IDENTITY_PURPOSE: Final = "identity number"


@dataclass(frozen=True)
class Details:
    """The details of a bank account that was checked, and what is kept of its numbers."""

    account: "BankAccount"
    fingerprints: tuple[str, ...]
    identity_hashes: tuple[str, ...]


def banks(now: str) -> Banks:
    """The provider's banks, fetched anew when the list is a day old. The provider is only read.

    Raises:
        Unavailable: there is no list yet, and the provider does not answer.
    """
    return _fetched(store.read_banks(read(store.banks_key())), now)


def submit(request: BankAccountRequest, *, user_id: str, now: str, unit_of_work: UnitOfWork) -> PayoutAccount:
    """Change a person's payout account; it is checked afterwards. The one that is there may come again.

    Raises:
        Invalid: there is no such bank.
        TooMany: the person's accounts were checked too often today.
    """
    account_item, banks_item = read_together([store.key(user_id), store.banks_key()])
    before = store.read(account_item)
    bank_name = name_of_bank(request, _fetched(store.read_banks(banks_item), now))
    if before is not None and _is_same(request, before, user_id):
        return before  # as after an answer that was lost: it is no further check
    context = _context(user_id, next_version_of(before))
    after = changed_account(before, request, bank_name=bank_name, sealed=seal(request, context), now=now)
    unit_of_work.add(store.change(user_id, before, after), store.count_check(user_id, now))
    return after


def check(user_id: str, now: str) -> PayoutAccount | None:
    """Check a payout account at the provider if it waits for that; returns it, None if there is none.

    Safe to repeat: the check and the registration at the provider are idempotent. If the provider does not answer, the
    check is due again later.

    Raises:
        WriteConflict: other changes kept this one from being made.
    """
    return retry_on_conflict(lambda: _check(user_id, now), _ATTEMPTS)


def seal(request: BankAccountRequest, context: str) -> str:
    """The encrypted details of an account."""
    numbers = request.model_dump(by_alias=True)
    return secrets.encrypt(json.dumps(numbers, separators=(",", ":")), context)


def open_sealed(sealed: str, context: str) -> Details | None:
    """The details of an account; None if the key under which they were encrypted is no longer valid."""
    text = secrets.try_decrypt(sealed, context)
    if text is None:
        return None
    request = BankAccountRequest.model_validate_json(text)
    from khaya.provider.model import BankAccount  # noqa: PLC0415 - see above

    account = BankAccount(
        bank_code=request.bank_code,
        account_number=request.account_number,
        account_name=request.account_name,
        identity_number=request.identity_number,
    )
    fingerprints = secrets.every_keyed_hash(_ACCOUNT_PURPOSE, request.bank_code, request.account_number)
    hashes = secrets.every_keyed_hash(_IDENTITY_PURPOSE, request.identity_number)
    return Details(account, tuple(fingerprints), tuple(hashes))


def identity_problem(details: Details, user_id: str, own: PayoutAccount | None) -> Problem | None:
    """Why an identity number cannot be this person's; None if it can."""
    if own is not None and own.identity_hashes and not {*own.identity_hashes} & {*details.identity_hashes}:
        return "identity_differs"
    holders = identities.holders_of([Identity("identity", one) for one in details.identity_hashes])
    return "identity_taken" if any(holder not in (None, user_id) for holder in holders) else None


def problem_at_provider(account: "BankAccount") -> Problem | None:
    """What the provider says against a bank account; None if it is open and the person's own.

    Raises:
        ProviderUnavailable: the provider does not answer.
    """
    try:
        return provider.payment_provider().check_account(account).problem
    except Refused:
        return "unknown"


def _is_same(request: BankAccountRequest, account: PayoutAccount, user_id: str) -> bool:
    """Whether a request names the account that is there, which waits for its check or is verified."""
    if account.sealed is None:
        fingerprints = secrets.every_keyed_hash(_ACCOUNT_PURPOSE, request.bank_code, request.account_number)
        hashes = secrets.every_keyed_hash(_IDENTITY_PURPOSE, request.identity_number)
        is_known = {*fingerprints} & {*account.fingerprints} and {*hashes} & {*account.identity_hashes}
        return bool(account.verified and is_known and request.account_name == account.account_name)
    text = secrets.try_decrypt(account.sealed, _context(user_id, account.version))
    return text is not None and BankAccountRequest.model_validate_json(text) == request


def name_of_bank(request: BankAccountRequest, known: Banks) -> str:
    """The name of the bank that a request names.

    Raises:
        Invalid: there is no such bank.
    """
    name = known.name_of(request.bank_code)
    if name is None:
        raise Invalid([FieldProblem("bankCode", "is no bank of the list", "unknown_bank")])
    return name


def _check(user_id: str, now: str) -> PayoutAccount | None:
    account = store.find(user_id)
    if account is None or not account.is_being_checked:
        return account
    try:
        after = _checked(user_id, account)
    except (ProviderUnavailable, Unclear) as error:
        after = account.postponed(now, getattr(error, "retry_after", 0))
    taken = [Identity("identity", one) for one in after.identity_hashes] if after.verified else []
    commit_now(store.change(user_id, account, after), *(identities.take(one, user_id) for one in taken))
    return after


def _checked(user_id: str, account: PayoutAccount) -> PayoutAccount:
    details = open_sealed(account.sealed or "", _context(user_id, account.version))
    if details is None:
        return account.checked("unknown")
    problem = identity_problem(details, user_id, account) or problem_at_provider(details.account)
    if problem is not None:
        return account.checked(problem)
    try:
        recipient = provider.payment_provider().make_recipient(details.account)
    except Refused:
        return account.checked("unknown")
    return account.checked(
        None,
        recipient=recipient.code,
        fingerprints=details.fingerprints,
        identity_hashes=tuple(dict.fromkeys([*account.identity_hashes, *details.identity_hashes])),
    )


def _fetched(known: Banks | None, now: str) -> Banks:
    if known is not None and known.is_fresh(now):
        return known
    try:
        found = provider.payment_provider().banks()
    except ProviderUnavailable as error:
        if known is not None:
            return known
        raise Unavailable("The list of banks cannot be fetched. Please try again in a moment.", 10) from error
    fetched = Banks(items=tuple(Bank(code=bank.code, name=bank.name) for bank in found), fetched_at=now)
    commit_now(store.put_banks(fetched))
    return fetched


def _context(user_id: str, version: int) -> str:
    return f"payout-account:{user_id}:{version}"
