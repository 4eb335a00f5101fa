"""Upload tickets and per-owner quotas."""
