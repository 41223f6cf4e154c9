"""Refunds: money of an escrow that goes back to its buyer."""
