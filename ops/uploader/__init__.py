"""Uploading files: finding them, sending each, and remembering tickets for the next run."""
