"""Keeps the copies of display names in other tables up to date."""
