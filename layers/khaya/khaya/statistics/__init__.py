"""Statistics: how much there is of what and what happened on each day, counted as it happens."""
