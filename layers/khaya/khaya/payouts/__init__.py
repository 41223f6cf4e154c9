"""Payouts: money that leaves the platform to people's bank accounts, earnings and credits alike."""
