"""Exports: all data of a person, as a file for them."""
