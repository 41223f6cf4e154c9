"""Sign-up and sign-in: one-time codes, passwords, refresh tokens, and their rate limits."""
