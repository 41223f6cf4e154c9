"""The adapter for Paystack: https://paystack.com/docs/api/."""
