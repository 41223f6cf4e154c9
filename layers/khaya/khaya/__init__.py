"""Khaya: what the marketplace knows and keeps, shared by every function."""

VERSION = "1.0.0"
