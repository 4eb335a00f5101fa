"""Cold starts of the packaged functions, run as Lambda runs them."""
