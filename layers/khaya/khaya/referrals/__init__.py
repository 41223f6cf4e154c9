"""Referrals: who brought whom to the marketplace, and what both get for it."""
