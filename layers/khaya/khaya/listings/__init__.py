"""Listings: building materials that sellers offer."""
