"""What the templates of `make package` create, in the form of `inventory`."""

import json
import re
from typing import Any

from tests.deploy.inventory import Found
from tests.deploy.world import ACCOUNT, REGION
from tests.infrastructure.stacks import Stack, resolved

Json = dict[str, Any]

PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION}
_TERRAFORM = {
    "data.aws_partition.chalice.partition": "aws",
    "data.aws_partition.chalice.dns_suffix": "amazonaws.com",
    "data.aws_region.chalice.region": REGION,
    "data.aws_caller_identity.chalice.account_id": ACCOUNT,
}


def of_terraform(text: str) -> Found:
    """The application's resources in `chalice.tf.json`, with its variables' defaults."""
    declared = json.loads(text)
    defaults = {f"var.{name}": v["default"] for name, v in declared["variable"].items()}
    found = _evaluated(declared["resource"], {**_TERRAFORM, **defaults})
    functions = found["aws_lambda_function"]
    (api,) = found["aws_api_gateway_rest_api"].values()
    (stage,) = found["aws_api_gateway_stage"].values()
    (settings,) = found["aws_api_gateway_method_settings"].values()
    (notification,) = found["aws_s3_bucket_notification"].values()
    return {
        "functions": {
            f["function_name"]: {
                "handler": f["handler"],
                "memory": f["memory_size"],
                "seconds": f["timeout"],
                "role": found["aws_iam_role"][_named(f["role"])]["name"],
                "settings": f["environment"]["variables"],
                "layers": len(f["layers"]),
                "at once": f.get("reserved_concurrent_executions"),
            }
            for f in functions.values()
        },
        "on failure": {
            functions[name]["function_name"]: {
                "queue": config.get("destination_config", {})
                .get("on_failure", {})
                .get("destination"),
                "retries": config["maximum_retry_attempts"],
                "seconds": config["maximum_event_age_in_seconds"],
            }
            for name, config in found["aws_lambda_function_event_invoke_config"].items()
        },
        "queues read": {
            functions[_named(m["function_name"])]["function_name"]: m["event_source_arn"]
            for m in found["aws_lambda_event_source_mapping"].values()
        },
        "polling": {
            functions[_named(m["function_name"])]["function_name"]: (
                m["batch_size"],
                m.get("scaling_config", {}).get("maximum_concurrency"),
            )
            for m in found["aws_lambda_event_source_mapping"].values()
        },
        "rules": {
            rule["name"]: (
                rule["schedule_expression"],
                [
                    functions[_named(found["aws_cloudwatch_event_target"][name]["arn"])][
                        "function_name"
                    ]
                ],
            )
            for name, rule in found["aws_cloudwatch_event_rule"].items()
        },
        "apis": [api["name"]],
        **_described(json.loads(declared["locals"]["chalice_api_swagger"])),
        "throttling": [
            (
                stage["stage_name"],
                settings["settings"]["throttling_rate_limit"],
                settings["settings"]["throttling_burst_limit"],
            )
        ],
        "notifications": {
            functions[_named(rule["lambda_function_arn"])]["function_name"]: rule["events"]
            for rule in notification["lambda_function"]
        },
        "layers": [layer["layer_name"] for layer in found["aws_lambda_layer_version"].values()],
        "roles": {
            role["name"]: {
                found["aws_iam_role_policy"][name]["name"]: json.loads(
                    found["aws_iam_role_policy"][name]["policy"]
                )
            }
            for name, role in found["aws_iam_role"].items()
        },
        "logs": {
            group["name"]: group["retention_in_days"]
            for group in found["aws_cloudwatch_log_group"].values()
        },
    }


def of_sam(text: str) -> Found:
    """The application's resources in `sam.json`, with its parameters' defaults."""
    stack = resolved(json.loads(text), PSEUDO)
    notified = {name: stack.outputs[name] for name in ("UploadFunctionArn", "RemovalFunctionArn")}
    events = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    return _of_stack(stack, dict(zip(events, notified.values(), strict=True)))


def of_stage(text: str, stage: str, domain: str, distribution: str) -> Found:
    """The application's resources in `stage.json`, whose CDN has this domain and this id."""
    stack = resolved(json.loads(text), {**PSEUDO, "Stage": stage})
    bucket = stack.properties("UploadsBucket")["NotificationConfiguration"]
    notified = {rule["Event"]: rule["Function"] for rule in bucket["LambdaConfigurations"]}
    found = _of_stack(stack, notified)
    queues = {
        f"<{name}.Arn>": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue['QueueName']}"
        for name, queue in stack.of_type("AWS::SQS::Queue").items()
    }
    values = {"<Distribution.DomainName>": domain, "<Distribution>": distribution, **queues}
    written = json.dumps(found, default=sorted)
    for reference, value in values.items():
        written = written.replace(reference, value)
    whole: Found = json.loads(written)
    own = f"darkroom-{stage}-setup"  # the function that only this way needs
    del whole["roles"][own], whole["logs"][f"/aws/lambda/{own}"]
    return whole


def _of_stack(stack: Stack, notified: Json) -> Found:
    functions = stack.of_type("AWS::Serverless::Function")
    roles = stack.of_type("AWS::IAM::Role")
    (api,) = stack.of_type("AWS::Serverless::Api").values()
    (settings,) = api["MethodSettings"]
    events = [
        (function["FunctionName"], event)
        for function in functions.values()
        for event in function.get("Events", {}).values()
    ]
    queues = [(name, event["Properties"]) for name, event in events if event["Type"] == "SQS"]
    return {
        "functions": {
            f["FunctionName"]: {
                "handler": f["Handler"],
                "memory": f["MemorySize"],
                "seconds": f["Timeout"],
                "role": roles[_logical(f["Role"])]["RoleName"],
                "settings": f["Environment"]["Variables"],
                "layers": len(f["Layers"]),
                "at once": f.get("ReservedConcurrentExecutions"),
            }
            for f in functions.values()
        },
        "on failure": {
            functions[_logical(config["FunctionName"])]["FunctionName"]: {
                "queue": config.get("DestinationConfig", {})
                .get("OnFailure", {})
                .get("Destination"),
                "retries": config["MaximumRetryAttempts"],
                "seconds": config["MaximumEventAgeInSeconds"],
            }
            for config in stack.of_type("AWS::Lambda::EventInvokeConfig").values()
        },
        "queues read": {name: queue["Queue"] for name, queue in queues},
        "polling": {
            name: (queue["BatchSize"], queue.get("ScalingConfig", {}).get("MaximumConcurrency"))
            for name, queue in queues
        },
        "rules": {
            event["Properties"]["Name"]: (event["Properties"]["Schedule"], [name])
            for name, event in events
            if event["Type"] == "Schedule"
        },
        "apis": [api["DefinitionBody"]["info"]["title"]],
        **_described(api["DefinitionBody"]),
        "throttling": [
            (api["StageName"], settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"])
        ],
        "notifications": {
            functions[_logical(function)]["FunctionName"]: [event]
            for event, function in notified.items()
        },
        "layers": [
            layer["LayerName"] for layer in stack.of_type("AWS::Serverless::LayerVersion").values()
        ],
        "roles": {
            role["RoleName"]: {p["PolicyName"]: p["PolicyDocument"] for p in role["Policies"]}
            for role in roles.values()
        },
        "logs": {
            group["LogGroupName"]: group["RetentionInDays"]
            for group in stack.of_type("AWS::Logs::LogGroup").values()
        },
    }


def _described(api: Json) -> Found:
    """An API's routes and gateway responses, from its description."""
    return {
        "routes": {
            f"{method.upper()} {path}"
            for path, methods in api["paths"].items()
            for method in methods
        },
        "answers": api["x-amazon-apigateway-gateway-responses"],
    }


def _evaluated(value: Any, values: Json) -> Any:
    """`value` with the expressions that `values` has; others stay as they are."""
    match value:
        case dict():
            return {name: _evaluated(inner, values) for name, inner in value.items()}
        case list():
            return [_evaluated(inner, values) for inner in value]
        case str() if value[2:-1] in values and value.startswith("${"):
            return values[value[2:-1]]
        case str():
            return re.sub(r"\$\{([^}]+)\}", lambda m: str(values.get(m[1], m[0])), value)
    return value


def _named(expression: str) -> str:
    """The name of the resource in `${type.name.attribute}`."""
    return expression.split(".")[1]


def _logical(reference: str) -> str:
    """The logical id in `<Id>` or `<Id.Arn>`."""
    return reference.strip("<>").partition(".")[0]
