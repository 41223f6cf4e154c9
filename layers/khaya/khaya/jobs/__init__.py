"""Jobs that buyers post and workers do."""
