"""Decisions of admins about people: suspended or not, admin or not."""
