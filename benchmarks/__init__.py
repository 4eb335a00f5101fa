"""Measures Darkroom's speed, quality, cost and reliability; README.md lists what is here."""
