"""Money that waits for a person: when they are reminded, and when it becomes an admin's."""
