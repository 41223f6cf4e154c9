"""Notifications: the inbox, channels, languages and devices of people."""
