"""Search: things found by words of their titles."""
