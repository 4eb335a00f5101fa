"""Processing: makes renditions of the objects in the uploads bucket."""
