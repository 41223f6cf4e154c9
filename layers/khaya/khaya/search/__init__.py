"""Full-text search over the titles of jobs and listings."""
