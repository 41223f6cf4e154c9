"""Suspense: money that arrived and matches nothing that is due."""
