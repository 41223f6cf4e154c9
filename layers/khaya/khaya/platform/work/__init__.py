"""Background work: batches, retries, daily tasks, parallel calls."""
