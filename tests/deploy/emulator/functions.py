"""Lambda: adds GetLayerVersionByArn, which Chalice calls and moto lacks."""

import json
from typing import Any

from moto.awslambda.responses import LambdaResponse


def patch() -> None:
    """Implement it over moto's backend."""
    LambdaResponse.get_layer_version_by_arn = _layer_version


def _layer_version(self: Any) -> str:
    layer, _, version = self._get_param("Arn").rpartition(":")
    return json.dumps(self.backend.get_layer_version(layer, version).get_layer_version())
