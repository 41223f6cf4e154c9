"""Admins' use cases: find people, suspend them, and appoint admins."""
