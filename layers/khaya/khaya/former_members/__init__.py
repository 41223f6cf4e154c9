"""Keyed hashes of the phone numbers and e-mail addresses of erased people."""
