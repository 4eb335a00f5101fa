"""How well HDR renditions keep the light of HDR photos."""
