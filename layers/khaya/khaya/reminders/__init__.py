"""Reminders: those that people set, and those of open actions and reviews."""
