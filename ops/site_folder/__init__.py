"""The site folder: a user's own configuration, outside the tracked files."""
