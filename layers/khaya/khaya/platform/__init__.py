"""Code that all domains share. It imports no domain."""
