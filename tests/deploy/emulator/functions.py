"""Lambda: Chalice asks for a layer's version by its ARN, which moto's API does not answer."""

import json
from typing import Any

from moto.awslambda.responses import LambdaResponse


def teach() -> None:
    """Answer from what moto has."""
    LambdaResponse.get_layer_version_by_arn = _layer_version


def _layer_version(self: Any) -> str:
    layer, _, version = self._get_param("Arn").rpartition(":")
    return json.dumps(self.backend.get_layer_version(layer, version).get_layer_version())
