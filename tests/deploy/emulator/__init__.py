"""AWS for the deployment tests: moto with patches for what it lacks, run as a separate process."""
