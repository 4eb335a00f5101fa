"""AWS adapters: the only code that uses botocore."""
