"""What Darkroom is measured by."""
