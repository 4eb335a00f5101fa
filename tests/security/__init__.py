"""Attempts to get at what is not one's own: each has a name, and none succeeds."""
