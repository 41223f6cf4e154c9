"""Notices: the notifications that events cause."""
