"""Statistics: totals and daily counts, updated by events."""
