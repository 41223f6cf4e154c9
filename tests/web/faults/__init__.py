"""Every write of the client, as somebody makes it: tables for the tests with a network that fails."""
