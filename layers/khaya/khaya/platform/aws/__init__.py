"""Clients of other AWS services."""
