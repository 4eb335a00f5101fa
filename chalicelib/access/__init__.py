"""Who calls, and what they may do: bearer tokens of our own, or those of an OIDC issuer."""
