"""The page of everything that can be configured, written from the code that reads it."""
