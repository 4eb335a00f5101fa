"""What Chalice uploads, made ready to start: trimmed, compiled, and the same bytes each time."""
