"""The timers of escrows: finds those that are due, and applies them."""
