"""The command line `darkroom`, over the API alone."""
