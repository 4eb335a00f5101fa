"""Searches for the slowest inputs within the default limits: `python -m tests.hostile.slow`."""
