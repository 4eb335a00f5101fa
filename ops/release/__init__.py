"""Releases: the version in all places, the changelog, and the artifacts with their checksums."""
