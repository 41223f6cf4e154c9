"""Referrals of new people by existing ones, and their rewards."""
