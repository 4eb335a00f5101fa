"""Measures cold starts of the packaged functions, run as on Lambda."""
