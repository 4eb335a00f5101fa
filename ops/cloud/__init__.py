"""Deploying to AWS."""
