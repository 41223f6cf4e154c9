"""What people are reminded of: their own reminders, and what the marketplace asks of them."""
