"""Background work: batches, retries, checkpoints, parallel calls."""
