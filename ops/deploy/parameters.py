"""Values for the templates' parameters, and the functions' settings from a deployment."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ops.deploy.stage import API_STAGE, Stage

Values = dict[str, str]

TIME_LIMITS = {
    "ApiSeconds": "api_handler",
    "AuthorizeSeconds": "authorize",
    "UploadSeconds": "process_upload",
    "RemovalSeconds": "process_removal",
    "AgainSeconds": "process_again",
    "FailureSeconds": "record_failure",
    "WebhookSeconds": "send_webhook",
}
VISIBILITY = {
    "WorkVisibilitySeconds": "process_again",
    "FailuresVisibilitySeconds": "record_failure",
    "WebhooksVisibilitySeconds": "send_webhook",
}
_CALLS_HIDDEN = 6  # a message stays hidden this many times its function's time limit
_CHALICE_SECONDS = 60  # Chalice's time limit for a function without lambda_timeout


def stage_values(stage: Stage) -> Values:
    """Values that are known before anything is created."""
    return {
        "Stage": stage.name,
        "UploadsBucket": stage.uploads_bucket,
        "ImagesBucket": stage.images_bucket,
        "SiteBucket": stage.site_bucket,
        "ImagesTable": stage.images_table,
        "WorkQueue": stage.work_queue,
        "FailuresQueue": stage.failures_queue,
        "WebhooksQueue": stage.webhooks_queue,
        "LostWebhooksQueue": f"{stage.webhooks_queue}-lost",
        "WebhookSecret": stage.webhook_secret,
        "CdnKeyParameter": stage.cdn_key,
        "EventBus": stage.event_bus,
        "ApiStage": API_STAGE,
    }


def config_values(section: Mapping[str, Any]) -> Values:
    """Values from the stage's configuration: time limits, and if there are webhooks."""
    has_receiver = bool(section.get("environment_variables", {}).get("WEBHOOK_URL"))
    limits = {parameter: time_limit(section, name) for parameter, name in TIME_LIMITS.items()}
    hidden = {
        parameter: _CALLS_HIDDEN * time_limit(section, name)
        for parameter, name in VISIBILITY.items()
    }
    values = {parameter: str(seconds) for parameter, seconds in {**limits, **hidden}.items()}
    return {**values, "Webhooks": str(has_receiver).lower()}


def time_limit(section: Mapping[str, Any], function: str) -> int:
    """A function's time limit in seconds, in a stage's section of the configuration."""
    common = section.get("lambda_timeout", _CHALICE_SECONDS)
    own = section.get("lambda_functions", {}).get(function, {})
    return int(own.get("lambda_timeout", common))


def settings_of(values: Mapping[str, str], site: str) -> Values:
    """The functions' settings that result from a deployment."""
    return {
        "UPLOADS_BUCKET": values["UploadsBucket"],
        "IMAGES_BUCKET": values["ImagesBucket"],
        "IMAGES_TABLE": values["ImagesTable"],
        "WORK_QUEUE": values["WorkQueue"],
        "FAILURES_QUEUE": values["FailuresQueue"],
        "WEBHOOKS_QUEUE": values["WebhooksQueue"],
        "WEBHOOK_SECRET_PARAMETER": values["WebhookSecret"],
        "CDN_KEY_PARAMETER": values["CdnKeyParameter"],
        "EVENT_BUS": values["EventBus"],
        "PUBLIC_URL": f"{site}/images",
        "API_URL": f"{site}/{API_STAGE}",
        "ALLOWED_ORIGINS": values["AllowedOrigins"],
        "DISTRIBUTION_ID": values["DistributionId"],
    }


SET_BY_DEPLOY = frozenset(settings_of(defaultdict(str), ""))
