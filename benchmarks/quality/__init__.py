"""`quality = "auto"`: what its weights are fitted on, and what it is worth on other photographs."""
