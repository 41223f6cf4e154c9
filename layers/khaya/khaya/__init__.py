"""Khaya: what the marketplace knows and keeps, shared by every function."""

import gc

VERSION = "1.0.0"

# What is imported stays, so looking through it for garbage again and again only delays the start: a sixth of it.
gc.freeze()
gc.set_threshold(50_000)
