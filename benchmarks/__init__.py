"""`make bench`: Darkroom beside its rivals, on the same photographs, in one run."""
