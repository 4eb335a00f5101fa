"""Darkroom in Wagtail: a block for StreamField, and models for the image library.

A `DarkroomImageField` needs nothing of this: `FieldPanel("photo")` shows its widget.
"""
