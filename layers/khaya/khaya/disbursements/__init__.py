"""Disbursements: sends payouts and refunds at the payment provider, and books what became of them."""
