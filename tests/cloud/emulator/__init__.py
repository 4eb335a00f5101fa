"""LocalStack in a process of this machine, with what it lacks and Darkroom needs.

It runs in `.venv/cloud`. What is added here follows AWS's documentation and was never compared with
AWS: a test on it proves how Darkroom's parts work together, not how CloudFront or IAM behave.
"""
