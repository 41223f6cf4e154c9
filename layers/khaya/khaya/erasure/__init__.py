"""Erasure: what happens when somebody leaves for good."""
