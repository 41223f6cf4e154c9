"""Credits: people's balances, withdrawals and adjustments."""
