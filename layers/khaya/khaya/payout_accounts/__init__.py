"""Payouts: the bank accounts to which people are paid."""
