"""What admins decide about people."""
