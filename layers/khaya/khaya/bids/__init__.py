"""Bids: what workers offer, and how one of them is accepted."""
