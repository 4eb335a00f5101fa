"""Checks an installation: set-up, versions, stage, page and table, and what to do about each."""
