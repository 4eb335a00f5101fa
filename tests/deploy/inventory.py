"""A stage's resources in an account, in a form in which two deployments can be compared."""

import json
from typing import Any

from tests.deploy.world import World

Found = dict[str, Any]
DISTRIBUTION = "DISTRIBUTION"  # replaces its id


def inventory(world: World) -> Found:
    """Every kind of resource that a deployment creates, without the ids that AWS generates."""
    return {
        **_functions(world),
        **_api(world),
        **_stores(world),
        "roles": {role["RoleName"]: _policies(world, role["RoleName"]) for role in _roles(world)},
        "stacks": sorted(stack["StackName"] for stack in _stacks(world)),
        "distributions": len(_distributions(world)),
        "alarms": sorted(a["AlarmName"] for a in _alarms(world)),
        "dashboards": len(world.client("cloudwatch").list_dashboards()["DashboardEntries"]),
        "topics": len(world.client("sns").list_topics()["Topics"]),
        "buses": sorted(
            bus["Name"] for bus in world.client("events").list_event_buses()["EventBuses"]
        ),
        "rules": _rules(world),
        "logs": {
            group["logGroupName"]: group.get("retentionInDays")
            for group in world.client("logs").describe_log_groups()["logGroups"]
        },
    }


def is_empty(found: Found) -> bool:
    """Whether the account has no resources; every account has the bus `default`."""
    return not any(value for name, value in {**found, "buses": found["buses"][1:]}.items())


def _functions(world: World) -> Found:
    client = world.client("lambda")
    functions = client.list_functions()["Functions"]
    names = [function["FunctionName"] for function in functions]
    layers = client.list_layers()["Layers"]
    return {
        "functions": {
            function["FunctionName"]: {
                "handler": function["Handler"],
                "memory": function["MemorySize"],
                "seconds": function["Timeout"],
                "role": function["Role"].rpartition("/")[2],
                "settings": function["Environment"]["Variables"],
                "layers": len(function.get("Layers", ())),
                "at once": _reserved_concurrency(client, function["FunctionName"]),
            }
            for function in functions
        },
        "layers": [layer["LayerName"] for layer in layers],
        "on failure": {name: _on_failure(client, name) for name in names},
        "queues read": {
            mapping["FunctionArn"].rpartition(":")[2]: mapping["EventSourceArn"]
            for mapping in client.list_event_source_mappings()["EventSourceMappings"]
        },
    }


def _on_failure(client: Any, name: str) -> Found:
    try:
        config = client.get_function_event_invoke_config(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        return {}
    return {
        "queue": config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
        "retries": config["MaximumRetryAttempts"],
        "seconds": config["MaximumEventAgeInSeconds"],
    }


def _reserved_concurrency(client: Any, name: str) -> int | None:
    concurrency = client.get_function_concurrency(FunctionName=name)
    reserved: int | None = concurrency.get("ReservedConcurrentExecutions")
    return reserved


def _rules(world: World) -> Found:
    """Each rule's schedule, and the functions that it calls."""
    client = world.client("events")
    return {
        rule["Name"]: (
            rule.get("ScheduleExpression"),
            [
                target["Arn"].rpartition(":")[2]
                for target in client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            ],
        )
        for rule in client.list_rules()["Rules"]
    }


def _api(world: World) -> Found:
    client = world.client("apigateway")
    apis = client.get_rest_apis()["items"]
    routes: set[str] = set()
    throttling = []
    for api in apis:
        for resource in client.get_resources(restApiId=api["id"], limit=500)["items"]:
            methods = resource.get("resourceMethods", {})
            routes |= {f"{method} {resource['path']}" for method in methods}
        for stage in client.get_stages(restApiId=api["id"])["item"]:
            settings = stage["methodSettings"].get("*/*", {})
            limits = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
            throttling.append((stage["stageName"], *limits))
    return {"apis": [api["name"] for api in apis], "routes": routes, "throttling": throttling}


def _stores(world: World) -> Found:
    s3 = world.client("s3")
    buckets = sorted(bucket["Name"] for bucket in s3.list_buckets()["Buckets"])
    configs = [s3.get_bucket_notification_configuration(Bucket=bucket) for bucket in buckets]
    return {
        "buckets": buckets,
        "notifications": {
            rule["LambdaFunctionArn"].rpartition(":")[2]: rule["Events"]
            for config in configs
            for rule in config.get("LambdaFunctionConfigurations", ())
        },
        "tables": world.client("dynamodb").list_tables()["TableNames"],
        "queues": sorted(
            url.rpartition("/")[2] for url in world.client("sqs").list_queues().get("QueueUrls", ())
        ),
    }


def _policies(world: World, role: str) -> Found:
    iam = world.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = {n: iam.get_role_policy(RoleName=role, PolicyName=n)["PolicyDocument"] for n in names}
    return {name: _without_ids(world, json.dumps(document)) for name, document in found.items()}


def _without_ids(world: World, document: str) -> Any:
    for distribution in _distributions(world):
        document = document.replace(distribution["Id"], DISTRIBUTION)
    return json.loads(document)


def _roles(world: World) -> list[Any]:
    return list(world.client("iam").list_roles()["Roles"])


def _stacks(world: World) -> list[Any]:
    found = world.client("cloudformation").describe_stacks()["Stacks"]
    return [stack for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]


def _distributions(world: World) -> list[Any]:
    listed = world.client("cloudfront").list_distributions()["DistributionList"]
    return list(listed.get("Items", ()))


def _alarms(world: World) -> list[Any]:
    return list(world.client("cloudwatch").describe_alarms()["MetricAlarms"])
