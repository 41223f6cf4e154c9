"""Payouts: where a person's money goes when it leaves the marketplace."""
