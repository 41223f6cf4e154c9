"""Reviews of the parties of completed jobs."""
