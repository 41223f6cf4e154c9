"""Amounts of escrow: fees, deposit and balance, and how held money is shared."""
