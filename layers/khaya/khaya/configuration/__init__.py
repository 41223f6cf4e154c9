"""What a client has to know of the deployment: limits, shares, least amounts, and the places."""
