"""Lambda packages for Chalice: trimmed, compiled and reproducible."""
