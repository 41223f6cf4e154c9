"""Reputation: median response, rank in the directory, resume."""
