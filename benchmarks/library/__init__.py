"""How a local stack performs with thousands of images, beside an earlier version of itself."""
