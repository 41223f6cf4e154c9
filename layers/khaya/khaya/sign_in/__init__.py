"""Signing up and in: one-time codes, what they prove, and how often they may be asked for and tried."""
