"""Which event tells whom, and the notifications made from it."""
