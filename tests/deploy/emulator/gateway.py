"""API Gateway: Chalice's documents are Swagger 2.0 without a description, which moto refuses."""

from typing import Any

from moto.apigateway.models import APIGatewayBackend, RestAPI


def teach() -> None:
    """Take Swagger 2.0 for OpenAPI 3: what moto reads of them is written the same way.

    And a stage keeps its method settings through a new deployment, as AWS's do.
    """
    imported, put = APIGatewayBackend.import_rest_api, APIGatewayBackend.put_rest_api

    def import_rest_api(self: Any, api_doc: dict[str, Any], fail_on_warnings: bool) -> Any:
        return imported(self, _readable(api_doc), fail_on_warnings)

    def put_rest_api(
        self: Any,
        function_id: str,
        api_doc: dict[str, Any],
        fail_on_warnings: bool,
        mode: str = "merge",
    ) -> Any:
        return put(self, function_id, _readable(api_doc), fail_on_warnings, mode)

    deploy = RestAPI.create_deployment

    def create_deployment(self: Any, name: str, *rest: Any) -> Any:
        before = self.stages.get(name)
        made = deploy(self, name, *rest)
        if before:
            self.stages[name].method_settings = before.method_settings
        return made

    RestAPI.create_deployment = create_deployment
    APIGatewayBackend.import_rest_api = import_rest_api
    APIGatewayBackend.put_rest_api = put_rest_api


def _readable(document: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in document.items() if name != "swagger"}
    return {**known, "info": {"description": "", **document["info"]}}
