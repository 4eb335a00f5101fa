"""Darkroom's command line: `python -m ops VERB`."""
