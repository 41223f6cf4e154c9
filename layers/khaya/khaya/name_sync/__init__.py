"""Names: what people are called by now, wherever it is repeated."""
