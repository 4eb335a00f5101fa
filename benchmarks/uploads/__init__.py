"""Uploads whose browser is killed and whose network is cut, compared with Uppy's."""
