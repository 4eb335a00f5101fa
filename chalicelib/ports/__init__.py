"""Interfaces that use cases need: implemented by `chalicelib.aws`, and by fakes in tests."""
