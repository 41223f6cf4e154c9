"""Profiles: who somebody is in the marketplace, what they did, and how far they are trusted."""
