"""Sending files: which ones, how each gets there, and what is remembered for the next run."""
