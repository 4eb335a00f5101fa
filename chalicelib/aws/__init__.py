"""AWS adapters: the only code that uses boto3."""
