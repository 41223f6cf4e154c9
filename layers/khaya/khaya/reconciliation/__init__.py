"""Reconciliation: the ledger against itself, against our items, and against the provider's books."""
