"""What a job shows of other domains: its buyer's reputation, and whether the viewer reviewed it."""
