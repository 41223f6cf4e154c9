"""Credits: what people have earned on the marketplace, and what becomes of it."""
