"""Events: what happened in the marketplace, told to whoever it concerns and to those who subscribe."""
