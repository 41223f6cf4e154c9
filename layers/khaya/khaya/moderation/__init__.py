"""Moderation: an admin's decision about what a person wants to publish."""
