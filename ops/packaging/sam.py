"""Chalice's SAM template with the names, notifications and limits that it leaves out.

Chalice 1.34.0 refuses functions that S3 notifies: CloudFormation configures a bucket's
notifications only in the bucket's own stack. The stores' stack therefore has parameters for the
ARNs that this template puts out, and this template allows S3 to call the functions.
"""

from typing import Any

from chalice.deploy.models import (
    LambdaFunction,
    Model,
    RestAPI,
    S3BucketNotification,
    ScheduledEvent,
)
from chalice.package import SAMTemplateGenerator
from chalice.utils import to_cfn_resource_name

from ops.packaging import runtime_limits
from ops.packaging.runtime_limits import FAILURES_QUEUE, INVOCATIONS, RESERVED

Block = dict[str, Any]

_NOTIFIED = {"process_upload": "UploadFunctionArn", "process_removal": "RemovalFunctionArn"}
_EVERY = {"HttpMethod": "*", "ResourcePath": "/*"}
_GETS_NONE = {"Ref": "AWS::NoValue"}
_MARK = "${AWS::"


class CompleteSam(SAMTemplateGenerator):
    """Replaces Chalice's generator in `chalice package`."""

    def generate(self, resources: list[Model]) -> Block:
        """The whole template."""
        template: Block = super().generate(resources)
        template["Parameters"] = parameters()
        template["Conditions"] = {
            f"Reserves{reservation(name)}": {
                "Fn::Not": [{"Fn::Equals": [{"Ref": reservation(name)}, 0]}]
            }
            for name in RESERVED
        }
        # Otherwise SAM adds a second stage to the API, named "Stage".
        template["Globals"] = {"Api": {"OpenApiVersion": "2.0"}}
        for resource in resources:
            if isinstance(resource, LambdaFunction):
                _complete(resource, template["Resources"])
            elif isinstance(resource, ScheduledEvent):
                _name_rule(resource, template["Resources"])
        return template

    def _generate_managediamrole(self, resource: Any, template: Block) -> None:
        super()._generate_managediamrole(resource, template)
        properties = template["Resources"][to_cfn_resource_name(resource.resource_name)][
            "Properties"
        ]
        properties["RoleName"] = resource.role_name
        (policy,) = properties["Policies"]
        policy["PolicyName"] = resource.role_name
        policy["PolicyDocument"] = _substituted(policy["PolicyDocument"])

    def _generate_s3bucketnotification(
        self, resource: S3BucketNotification, template: Block
    ) -> None:
        name = resource.lambda_function.resource_name
        function = to_cfn_resource_name(name)
        template["Resources"][f"{function}NotifyPermission"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": function},
                "Action": "lambda:InvokeFunction",
                "Principal": self._options.service_principal("s3"),
                "SourceAccount": {"Ref": "AWS::AccountId"},
                "SourceArn": {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{resource.bucket}"},
            },
        }
        template["Outputs"][_NOTIFIED[name]] = {
            "Description": f"The stores' parameter {_NOTIFIED[name]}.",
            "Value": {"Fn::GetAtt": [function, "Arn"]},
        }

    def _generate_restapi(self, resource: RestAPI, template: Block) -> None:
        super()._generate_restapi(resource, template)
        template["Resources"]["RestAPI"]["Properties"]["MethodSettings"] = [
            {
                **_EVERY,
                "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
                "ThrottlingBurstLimit": {"Ref": "Burst"},
            }
        ]


def parameters() -> Block:
    """The parameters that change limits, with their defaults."""
    return {
        to_cfn_resource_name(name): {"Type": "Number", "Description": text, "Default": default}
        for name, (text, default) in runtime_limits.parameters(0).items()
    }


def reservation(function: str) -> str:
    """The name of the parameter with a function's reserved executions."""
    name: str = to_cfn_resource_name(runtime_limits.reservation(function))
    return name


def _complete(function: LambdaFunction, declared: Block) -> None:
    """Add a function's name, log group and limits."""
    name = function.resource_name
    logical = to_cfn_resource_name(name)
    own = declared["APIHandler" if logical not in declared else logical]
    logs = f"{logical}Logs"
    declared[logs] = {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {
            "LogGroupName": f"/aws/lambda/{function.function_name}",
            "RetentionInDays": {"Ref": "LogDays"},
            "Tags": [{"Key": key, "Value": value} for key, value in function.tags.items()],
        },
    }
    # A function that runs first would create the group itself, and the stack would then fail.
    own["DependsOn"] = [logs]
    own["Properties"]["FunctionName"] = function.function_name
    if name in RESERVED and function.reserved_concurrency is None:
        parameter = reservation(name)
        own["Properties"]["ReservedConcurrentExecutions"] = {
            "Fn::If": [f"Reserves{parameter}", {"Ref": parameter}, _GETS_NONE]
        }
    if name in INVOCATIONS:
        declared[f"{logical}Invocations"] = _invocations(function, logical)


def _invocations(function: LambdaFunction, logical: str) -> Block:
    invocation = INVOCATIONS[function.resource_name]
    properties: Block = {
        "FunctionName": {"Ref": logical},
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": invocation.retries,
        "MaximumEventAgeInSeconds": invocation.max_age(function.timeout),
    }
    if invocation.keeps_failed:
        queue = function.environment_variables[FAILURES_QUEUE]
        arn = f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{queue}"
        properties["DestinationConfig"] = {"OnFailure": {"Destination": {"Fn::Sub": arn}}}
    return {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": properties}


def _name_rule(event: ScheduledEvent, declared: Block) -> None:
    function = declared[to_cfn_resource_name(event.lambda_function.resource_name)]
    for schedule in function["Properties"]["Events"].values():
        schedule["Properties"]["Name"] = event.rule_name


def _substituted(value: Any) -> Any:
    """`value` with `Fn::Sub` around every text that has a pseudo parameter."""
    match value:
        case dict():
            return {key: _substituted(inner) for key, inner in value.items()}
        case list():
            return [_substituted(inner) for inner in value]
        case str() if _MARK in value:
            return {"Fn::Sub": value}
    return value
