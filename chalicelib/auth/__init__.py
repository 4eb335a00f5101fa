"""Authentication and scopes: bearer tokens of our own, or those of an OIDC issuer."""
