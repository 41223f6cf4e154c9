"""What every domain builds on. It imports no domain."""
