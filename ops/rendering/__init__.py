"""Rendering on this machine: files in, folders of renditions out."""
