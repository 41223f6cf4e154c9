"""Reviews: what the two sides of a completed job say about each other."""
