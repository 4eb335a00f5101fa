"""Darkroom's pixels beside those of libvips and Chromium."""
