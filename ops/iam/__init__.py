"""IAM policies of the functions, built from statements that state their reasons."""
