"""What follows for a person's jobs, bids, listings and stories from a suspension, its end, or a dropped role."""
