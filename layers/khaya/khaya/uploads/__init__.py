"""Uploads: files on their way into the private bucket."""
