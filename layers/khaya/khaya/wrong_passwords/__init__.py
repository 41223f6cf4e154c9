"""Wrong passwords: how many a person or an unknown name had from a network, and the delay that follows."""
