"""API Gateway: accepts Chalice's Swagger 2.0 without a description, which moto refuses."""

from typing import Any

from moto.apigateway.models import APIGatewayBackend, RestAPI


def patch() -> None:
    """Treat Swagger 2.0 as OpenAPI 3, since the parts that moto reads are the same in both.

    A stage also keeps its method settings across deployments, as in AWS.
    """
    imported, put = APIGatewayBackend.import_rest_api, APIGatewayBackend.put_rest_api

    def import_rest_api(self: Any, api_doc: dict[str, Any], fail_on_warnings: bool) -> Any:
        return imported(self, _as_openapi(api_doc), fail_on_warnings)

    def put_rest_api(
        self: Any,
        function_id: str,
        api_doc: dict[str, Any],
        fail_on_warnings: bool,
        mode: str = "merge",
    ) -> Any:
        return put(self, function_id, _as_openapi(api_doc), fail_on_warnings, mode)

    deploy = RestAPI.create_deployment

    def create_deployment(self: Any, name: str, *rest: Any) -> Any:
        before = self.stages.get(name)
        deployment = deploy(self, name, *rest)
        if before:
            self.stages[name].method_settings = before.method_settings
        return deployment

    RestAPI.create_deployment = create_deployment
    APIGatewayBackend.import_rest_api = import_rest_api
    APIGatewayBackend.put_rest_api = put_rest_api


def _as_openapi(document: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in document.items() if name != "swagger"}
    return {**rest, "info": {"description": "", **document["info"]}}
