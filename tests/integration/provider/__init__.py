"""The payment provider: its adapter over HTTP against the stand-in."""
