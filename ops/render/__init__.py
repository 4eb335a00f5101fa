"""Rendering on this machine: from files to folders of renditions."""
