"""What is claimed of Darkroom's speed and quality, measured; nothing of it ships."""
