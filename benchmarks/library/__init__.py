"""Measures a local stack with thousands of images, and compares versions of Darkroom."""
