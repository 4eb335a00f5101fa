"""A client of a Darkroom, by HTTP alone: what the image verbs and the smoke test share."""
