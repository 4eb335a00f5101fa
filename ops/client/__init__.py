"""HTTP client of Darkroom's API, shared by the image verbs and the smoke test."""
