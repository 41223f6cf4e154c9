"""Updates a person's jobs, bids, listings and stories after a suspension, its end, or a dropped role."""
