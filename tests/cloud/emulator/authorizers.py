"""TOKEN authorizers of REST APIs, which LocalStack's free version ignores."""

import fnmatch
import json
import re
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.apigateway.next_gen.execute_api import gateway, handlers
from localstack.services.apigateway.next_gen.execute_api.api import RestApiGatewayHandler
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    UnauthorizedError,
)


class TokenAuthorizer(RestApiGatewayHandler):
    """Invokes the method's authorizer, and applies the policy that it returns."""

    def __call__(self, _chain: Any, context: Any, _response: Any) -> None:
        """Raise the gateway's error for a request that is not allowed."""
        method = context.resource_method
        if method.get("authorizationType") != "CUSTOM":
            return
        authorizer = context.deployment.rest_api.authorizers[method["authorizerId"]]
        request = context.invocation_request
        token = request["headers"].get(authorizer["identitySource"].rpartition(".")[2])
        if not token:
            raise UnauthorizedError("Unauthorized")
        arn = (
            f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}/"
            f"{context.stage}/{request['http_method']}{request['path']}"
        )
        answer = _ask(context, authorizer["authorizerUri"], token, arn)
        if not _allows(answer["policyDocument"]["Statement"], arn):
            raise AccessDeniedError("User is not authorized to access this resource")
        given = {k: v for k, v in (answer.get("context") or {}).items() if v is not None}
        context.context_variables["authorizer"] = {
            "principalId": answer["principalId"],
            **{k: v if isinstance(v, str) else json.dumps(v) for k, v in given.items()},
        }


def patch() -> None:
    """Insert it before the check of API keys."""
    make = gateway.RestApiGateway.__init__

    def init(self: Any) -> None:
        make(self)
        at = self.request_handlers.index(handlers.api_key_validation_handler)
        self.request_handlers.insert(at, TokenAuthorizer())

    gateway.RestApiGateway.__init__ = init


def _ask(context: Any, uri: str, token: str, arn: str) -> Any:
    found = re.search(r"functions/(arn:.*)/invocations", uri)
    clients = connect_to(region_name=context.region, aws_access_key_id=context.account_id)
    event = {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}
    answer = clients.lambda_.invoke(
        FunctionName=found[1] if found else "", Payload=json.dumps(event)
    )
    body = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or "policyDocument" not in body:
        raise AuthorizerConfigurationError()
    return body


def _allows(statements: list[Any], arn: str) -> bool:
    matching = {
        statement["Effect"]
        for statement in statements
        if any(fnmatch.fnmatchcase(arn, resource) for resource in _list(statement["Resource"]))
    }
    return matching == {"Allow"}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
