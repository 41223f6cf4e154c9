"""Collections: checkouts on which buyers pay, and what came of them."""
