"""The ledger: double-entry bookkeeping of all money inside the platform."""
