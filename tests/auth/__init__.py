"""Attempts at unauthorized access: each is named, and none may succeed."""
