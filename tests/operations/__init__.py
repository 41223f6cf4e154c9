"""Operators' commands against the AWS stand-in."""
