"""Darkroom's images in Django: a model field, a storage, template tags and an admin widget."""
