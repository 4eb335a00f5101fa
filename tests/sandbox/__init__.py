"""Runs a packaged artifact as Lambda does: unzipped, with Lambda's own runtime client."""
