"""Notifications: what people are told, where, and in which language."""
