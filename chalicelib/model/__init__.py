"""The image record, its status transitions, keys and variants: pure, without I/O."""
