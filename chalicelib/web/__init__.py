"""The HTTP boundary: request validation, JSON responses and problem details."""
