"""A stage in the user's AWS account: what it is made of, and how it is made and removed."""
