"""Measures how images are delivered: a crowd of viewers, one miss, and how current URLs are."""
