"""Darkroom: uploaded photos become web-ready variants in the user's own account."""

__version__ = "0.1.0"
