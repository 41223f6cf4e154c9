"""Reputation: median response time, rank in the directory, resume."""
