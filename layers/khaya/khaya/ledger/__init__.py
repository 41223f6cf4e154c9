"""The ledger: money that moves inside the marketplace, in double entry."""
