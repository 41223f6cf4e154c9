"""Restores: no money leaves after the tables were restored until the reconciliation has run."""
