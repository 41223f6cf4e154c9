"""Sessions: one for each sign-in on a device, with all tokens refreshed from it."""
