"""Enquiries of buyers about listings, and the sellers' answers."""
