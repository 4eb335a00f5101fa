"""Simulates searches in a library of a million images: what each reads from DynamoDB."""
