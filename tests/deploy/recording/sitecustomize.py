"""Records every call of AWS that a Python process makes, one JSON line each.

Python imports a module of this name at its start, so that `chalice`, which `deploy` starts, is
recorded too. The variable DEPLOYMENT_CALLS has the file's path.
"""

import json
import os
from pathlib import Path
from typing import Any

if "DEPLOYMENT_CALLS" in os.environ:
    import botocore.client

    _FILE = Path(os.environ["DEPLOYMENT_CALLS"])
    _call = botocore.client.BaseClient._make_api_call

    def _recorded(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        named = {n: v for n, v in parameters.items() if isinstance(v, str) and len(v) < 2048}
        model = self.meta.service_model
        call = {
            "service": model.service_name,
            "method": model.operation_model(operation).http["method"],
            "operation": operation,
            "parameters": named,
        }
        with _FILE.open("a") as stream:
            stream.write(json.dumps(call) + "\n")
        return _call(self, operation, parameters)

    botocore.client.BaseClient._make_api_call = _recorded
