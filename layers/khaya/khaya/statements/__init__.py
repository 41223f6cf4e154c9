"""Statements: lists as CSV, in a response or, if they are too long for one, in a file."""
