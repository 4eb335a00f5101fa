"""What a local stack with thousands of images does, beside another version of Darkroom."""
