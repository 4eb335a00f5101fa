"""Writes docs/cost.md: the bill for many pictures, line by line."""
