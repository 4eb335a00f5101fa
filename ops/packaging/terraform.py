"""Chalice's Terraform for today's Terraform and AWS provider, with the limits that it leaves out.

Chalice 1.34.0 writes for Terraform before 1.4 and AWS provider before 5, which refuse the Python
versions that Darkroom runs on; provider 6 has dropped arguments that it writes.
"""

from collections.abc import Iterable
from typing import Any

from chalice.deploy.models import LambdaFunction, Model, RestAPI, ScheduledEvent
from chalice.package import TerraformGenerator

from ops.packaging.runtime_limits import (
    FAILURES_QUEUE,
    INVOCATIONS,
    RESERVED,
    parameters,
    reservation,
)

Block = dict[str, Any]

REQUIRED = {
    # From 1.5 on; later versions keep the language.
    "required_version": ">= 1.5.0",
    # 6.20 is the first that deploys Python 3.14; a new major version may change arguments.
    "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 6.20.0, < 7.0.0"}},
}

_REGION = "${data.aws_region.chalice.region}"
_EVERY_METHOD = "*/*"


class CurrentTerraform(TerraformGenerator):
    """Replaces Chalice's generator in `chalice package --pkg-format terraform`."""

    def generate(self, resources: list[Model]) -> Block:
        """The whole configuration."""
        template: Block = super().generate(resources)
        template["terraform"] = REQUIRED
        del template["data"]["null_data_source"]
        template["variable"] = variables()
        for resource in resources:
            if isinstance(resource, LambdaFunction):
                _limit(resource, template["resource"])
            elif isinstance(resource, ScheduledEvent):
                rules = template["resource"]["aws_cloudwatch_event_rule"]
                rules[resource.resource_name]["name"] = resource.rule_name
        _name_policies(template["resource"])
        _order(template["resource"])
        return template

    def _arnref(self, arn_template: str, **kw: str) -> str:
        arn: str = super()._arnref(arn_template, **{"region": _REGION, **kw})
        return arn

    def _generate_restapi(self, resource: RestAPI, template: Block) -> None:
        super()._generate_restapi(resource, template)
        api = resource.resource_name
        template["resource"]["aws_api_gateway_deployment"][api] = {
            "rest_api_id": f"${{aws_api_gateway_rest_api.{api}.id}}",
            "triggers": {"redeployment": "${md5(local.chalice_api_swagger)}"},
            "lifecycle": {"create_before_destroy": True},
        }
        template["resource"]["aws_api_gateway_stage"] = {
            api: {
                "rest_api_id": f"${{aws_api_gateway_rest_api.{api}.id}}",
                "deployment_id": f"${{aws_api_gateway_deployment.{api}.id}}",
                "stage_name": resource.api_gateway_stage,
            }
        }
        template["resource"]["aws_api_gateway_method_settings"] = {
            api: {
                "rest_api_id": f"${{aws_api_gateway_rest_api.{api}.id}}",
                "stage_name": f"${{aws_api_gateway_stage.{api}.stage_name}}",
                "method_path": _EVERY_METHOD,
                "settings": {
                    "throttling_rate_limit": "${var.requests_per_second}",
                    "throttling_burst_limit": "${var.burst}",
                },
            }
        }
        template["output"]["EndpointURL"]["value"] = f"${{aws_api_gateway_stage.{api}.invoke_url}}/"


def variables() -> Block:
    """The variables that change limits, with their defaults."""
    return {
        name: {"type": "number", "description": text, "default": default}
        for name, (text, default) in parameters(-1).items()
    }


def _limit(function: LambdaFunction, declared: Block) -> None:
    """Add a function's log group, and its limits."""
    name = function.resource_name
    declared.setdefault("aws_cloudwatch_log_group", {})[name] = {
        "name": f"/aws/lambda/{function.function_name}",
        "retention_in_days": "${var.log_days}",
        "tags": function.tags,
    }
    own = declared["aws_lambda_function"][name]
    # A function that runs first would create the group itself, and Terraform would then fail.
    own["depends_on"] = [f"aws_cloudwatch_log_group.{name}"]
    variables_of = own["environment"]["variables"]
    own["environment"]["variables"] = {k: literal(v) for k, v in variables_of.items()}
    if name in RESERVED and function.reserved_concurrency is None:
        own["reserved_concurrent_executions"] = f"${{var.{reservation(name)}}}"
    if name in INVOCATIONS:
        _limit_invocations(function, declared)


def _limit_invocations(function: LambdaFunction, declared: Block) -> None:
    name = function.resource_name
    invocation = INVOCATIONS[name]
    limits: Block = {
        "function_name": f"${{aws_lambda_function.{name}.function_name}}",
        "maximum_retry_attempts": invocation.retries,
        "maximum_event_age_in_seconds": invocation.max_age(function.timeout),
        # Lambda checks that the role may send to the destination.
        "depends_on": [f"aws_iam_role_policy.{name}_role"],
    }
    if invocation.keeps_failed:
        queue = function.environment_variables[FAILURES_QUEUE]
        arn = (
            "arn:${data.aws_partition.chalice.partition}:sqs:"
            f"{_REGION}:${{data.aws_caller_identity.chalice.account_id}}:{queue}"
        )
        limits["destination_config"] = {"on_failure": {"destination": arn}}
    declared.setdefault("aws_lambda_function_event_invoke_config", {})[name] = limits


def _name_policies(declared: Block) -> None:
    """Name each role's policy like the role, as `chalice deploy` does."""
    for role, policy in declared["aws_iam_role_policy"].items():
        policy["name"] = declared["aws_iam_role"][role]["name"]


def _order(declared: Block) -> None:
    """Declare which resources AWS checks when it creates another."""
    for mapping in declared["aws_lambda_event_source_mapping"].values():
        function = mapping["function_name"].split(".")[1]
        mapping["depends_on"] = [f"aws_iam_role_policy.{function}_role"]
    for notification in declared["aws_s3_bucket_notification"].values():
        arns = [rule["lambda_function_arn"] for rule in notification["lambda_function"]]
        notification["depends_on"] = list(_permissions(declared, "s3.", arns))


def _permissions(declared: Block, principal: str, arns: list[str]) -> Iterable[str]:
    for name, permission in declared["aws_lambda_permission"].items():
        if permission["principal"].startswith(principal) and permission["function_name"] in arns:
            yield f"aws_lambda_permission.{name}"


def literal(value: str) -> str:
    """`value` without what Terraform would take for its template language."""
    return value.replace("${", "$${").replace("%{", "%%{")
