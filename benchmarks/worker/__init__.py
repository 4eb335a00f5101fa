"""The contenders' worker processes; each imports only what its environment has."""
