"""Fits the weights of `quality = "auto"`, and compares it with fixed qualities."""
