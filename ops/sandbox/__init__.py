"""An artifact run as Lambda runs it: unzipped, by Lambda's own runtime client."""
