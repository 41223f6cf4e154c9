"""References of payouts at the payment provider."""

from __future__ import annotations


def reference_of(payout_id: str, attempt: int) -> str:
    """The reference of an attempt at the provider."""
    return f"payout-{payout_id.lower()}-{attempt}"


def payout_of(reference: str) -> str | None:
    """The id of the payout to which a reference belongs; None if it is no reference of a payout."""
    prefix, _, rest = reference.partition("-")
    payout_id, _, attempt = rest.rpartition("-")
    if prefix != "payout" or not payout_id or not attempt.isdecimal():
        return None
    kind, _, job_id = payout_id.partition("-")
    return f"job-{job_id.upper()}" if job_id and kind == "job" else payout_id.upper()
