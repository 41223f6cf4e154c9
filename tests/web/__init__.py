"""Journeys through the web client, in a browser the size of a cheap phone."""
