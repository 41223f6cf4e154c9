"""Stories that people write and admins approve, and likes."""
