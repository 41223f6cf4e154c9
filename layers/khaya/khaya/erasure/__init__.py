"""Erasure of accounts and of personal data."""
