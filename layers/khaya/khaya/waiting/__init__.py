"""Money that waits for a person: when they are reminded, and when an admin takes over."""
