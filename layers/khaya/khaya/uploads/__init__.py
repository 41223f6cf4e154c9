"""Uploads: files that people put into the private bucket."""
