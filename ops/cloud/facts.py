"""What the templates are told of a stage, and what its functions are told of its deployment."""

from collections.abc import Mapping
from typing import Any

from ops.cloud.stage import API_STAGE, Stage

Facts = dict[str, str]

TIME_LIMITS = {
    "ApiSeconds": "api_handler",
    "AuthorizeSeconds": "authorize",
    "UploadSeconds": "process_upload",
    "RemovalSeconds": "process_removal",
    "AgainSeconds": "process_again",
    "FailureSeconds": "record_failure",
    "WebhookSeconds": "send_webhook",
}


def facts_of(stage: Stage) -> Facts:
    """What is known of a stage before anything is made."""
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
        "EventBus": stage.event_bus,
        "ApiStage": API_STAGE,
    }


def choices_of(section: Mapping[str, Any]) -> Facts:
    """What the user's section of config.json decides: time limits, and if there are webhooks."""
    functions = section.get("lambda_functions", {})
    common = section.get("lambda_timeout")
    limits = {
        parameter: functions.get(name, {}).get("lambda_timeout", common)
        for parameter, name in TIME_LIMITS.items()
    }
    has_receiver = bool(section.get("environment_variables", {}).get("WEBHOOK_URL"))
    known = {parameter: str(limit) for parameter, limit in limits.items() if limit}
    return {**known, "Webhooks": str(has_receiver).lower()}


def settings_of(facts: Mapping[str, str], site: str) -> Facts:
    """The functions' settings that follow from a deployment."""
    return {
        "UPLOADS_BUCKET": facts["UploadsBucket"],
        "IMAGES_BUCKET": facts["ImagesBucket"],
        "IMAGES_TABLE": facts["ImagesTable"],
        "WORK_QUEUE": facts["WorkQueue"],
        "FAILURES_QUEUE": facts["FailuresQueue"],
        "WEBHOOKS_QUEUE": facts["WebhooksQueue"],
        "WEBHOOK_SECRET_PARAMETER": facts["WebhookSecret"],
        "EVENT_BUS": facts["EventBus"],
        "PUBLIC_URL": f"{site}/images",
        "API_URL": f"{site}/{API_STAGE}",
        "ALLOWED_ORIGINS": facts["AllowedOrigins"],
        "DISTRIBUTION_ID": facts["DistributionId"],
    }
