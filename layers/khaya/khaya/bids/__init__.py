"""Bids of workers on jobs."""
