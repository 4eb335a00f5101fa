"""The API's view of an image, and the manifest stored beside its renditions."""
