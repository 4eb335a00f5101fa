"""Reads a stage's section of the configuration back from its functions in AWS.

A checkout that never deployed the stage lacks that section. Chalice would apply the defaults of a
new stage and thereby reset memory, time limits and settings.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ops.account import Account
from ops.aws_errors import explained
from ops.deploy.chalice_state import find_api, functions
from ops.deploy.parameters import SET_BY_DEPLOY
from ops.deploy.stage import Stage
from ops.iam.names import API

_TAG = "aws-chalice"  # set by Chalice itself
_RESERVED_BY_DEPLOY = {"sweep": 1}


def deployed_section(account: Account, stage: Stage) -> dict[str, Any] | None:
    """The section that the stage's functions were deployed with; None if there are none.

    It has what Chalice sets on them: environment variables, memory, time limit, reserved
    concurrency, network, further layers, tags, X-Ray; and the API's endpoint.
    """
    client = account.client("lambda")
    with explained():
        found = {
            name: client.get_function(FunctionName=arn)
            for name, arn in functions(account, stage).items()
        }
        endpoint = _endpoint(account, stage)
    if not found:
        return None
    first = found.get(API) or next(iter(found.values()))
    common = _common_variables(first["Configuration"], [f["Configuration"] for f in found.values()])
    return endpoint | {
        "environment_variables": common,
        "xray": first["Configuration"].get("TracingConfig", {}).get("Mode") == "Active",
        "tags": {tag: value for tag, value in first.get("Tags", {}).items() if tag != _TAG},
        "lambda_functions": {
            name: _function(name, function, common, stage) for name, function in found.items()
        },
    }


def _endpoint(account: Account, stage: Stage) -> dict[str, Any]:
    api = find_api(account, stage)
    if not api:
        return {}
    present = account.client("apigateway").get_rest_api(restApiId=api)
    types = present.get("endpointConfiguration", {}).get("types", ())
    optional = {
        "api_gateway_endpoint_type": next(iter(types), None),
        "minimum_compression_size": present.get("minimumCompressionSize"),
    }
    return {name: value for name, value in optional.items() if value is not None}


def _common_variables(
    first: Mapping[str, Any], configurations: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """Variables that all functions share, and those that each deployment sets."""
    shared = set(_variables(first).items())
    for configuration in configurations:
        shared &= _variables(configuration).items()
    by_deploy = {n: v for n, v in _variables(first).items() if n in SET_BY_DEPLOY}
    return {**dict(sorted(shared)), **by_deploy}


def _function(
    name: str, found: Mapping[str, Any], common: Mapping[str, str], stage: Stage
) -> dict[str, Any]:
    """A function's section, without what it shares with all functions."""
    present = found["Configuration"]
    own = {
        variable: value
        for variable, value in _variables(present).items()
        if variable not in SET_BY_DEPLOY and common.get(variable) != value
    }
    network = present.get("VpcConfig", {})
    reserved = found.get("Concurrency", {}).get("ReservedConcurrentExecutions")
    optional = {
        "environment_variables": own,
        "layers": [
            layer["Arn"]
            for layer in present.get("Layers", ())
            if f":layer:{stage.layer}:" not in layer["Arn"]
        ],
        "subnet_ids": network.get("SubnetIds"),
        "security_group_ids": network.get("SecurityGroupIds"),
    }
    section = {"lambda_memory_size": present["MemorySize"], "lambda_timeout": present["Timeout"]}
    section |= {key: value for key, value in optional.items() if value}
    if reserved is not None and reserved != _RESERVED_BY_DEPLOY.get(name):
        section["reserved_concurrency"] = reserved
    return section


def _variables(configuration: Mapping[str, Any]) -> dict[str, str]:
    return dict(configuration.get("Environment", {}).get("Variables", {}))
