"""Users: the private record of each person, with contact, account status and ended sessions."""
