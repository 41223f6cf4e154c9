"""Chargebacks: card payments that a buyer's bank takes back."""
