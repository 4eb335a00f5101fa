"""The life of a stage on LocalStack: `make test-cloud`, which needs an environment of its own."""
