"""The audit trail: who changed what, when, from what to what; written once, and never anybody's text."""
