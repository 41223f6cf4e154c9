"""Listings of building materials."""
