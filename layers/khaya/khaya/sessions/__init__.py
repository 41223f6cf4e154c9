"""Sessions: one for each sign-in, on one device, with the tokens refreshed from it."""
