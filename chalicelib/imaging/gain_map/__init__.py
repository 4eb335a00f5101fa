"""Gain maps: found in originals, carried through edits and scaling, written to renditions.

A gain map is a small picture after a JPEG's own one. It says by how many stops each part of the
picture is brighter on a display that can show more than SDR's white.
"""

from chalicelib.imaging.gain_map.locating import FoundGainMap, find
from chalicelib.imaging.gain_map.metadata import GainMapFault

__all__ = ["FoundGainMap", "GainMapFault", "find"]
