"""Shared code of the maintenance verbs: access to a stage's stores, and bucket listings."""
