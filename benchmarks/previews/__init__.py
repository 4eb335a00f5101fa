"""Compares the previews that Darkroom reads in raw files with those that ExifTool finds."""
