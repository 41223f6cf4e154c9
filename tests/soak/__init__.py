"""Tests with large numbers of items, run by `make soak` only."""
