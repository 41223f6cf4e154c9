"""Profiles: public information about people, their rating, trust score and badges, and the directory."""
