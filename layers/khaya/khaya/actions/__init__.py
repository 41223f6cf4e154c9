"""What a person has to do, as buyer, worker and seller."""
