"""Settlements: what the provider paid out to us of what it collected."""
