"""The environment of each of the stack's processes."""

import os

from ops.local import names
from ops.local.stack import content_key
from ops.local.stack.credentials import profiles_file
from ops.local.stack.options import Options
from ops.site_folder import variants
from ops.site_folder.stages import local_variables


def inherited() -> dict[str, str]:
    """The current environment, over the stage `local` of the site folder.

    It has no AWS variables: no local process may use the real AWS.
    """
    present = {**local_variables(), **os.environ}
    return {name: value for name, value in present.items() if not name.startswith("AWS_")}


def aws_environment(options: Options, profile: str) -> dict[str, str]:
    """Variables that point boto3 to the local stores with one identity."""
    return {
        "AWS_ENDPOINT_URL": options.aws_url,
        "AWS_ENDPOINT_URL_S3": options.s3_url,
        "AWS_DEFAULT_REGION": names.REGION,
        "AWS_SHARED_CREDENTIALS_FILE": str(profiles_file(options.data)),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_PROFILE": profile,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def stack_environment(options: Options, profile: str) -> dict[str, str]:
    """Environment of the stack's own processes: AWS variables, and the same options."""
    return {
        **inherited(),
        **aws_environment(options, profile),
        "API_PORT": str(options.api_port),
        "SITE_PORT": str(options.site_port),
        "S3_PORT": str(options.s3_port),
        "AWS_PORT": str(options.aws_port),
        "DATA_DIR": str(options.data),
        "WORKERS": str(options.workers),
        "RETRY_SECONDS": ",".join(str(seconds) for seconds in options.retry_seconds),
        "SWEEP_SECONDS": ",".join(str(seconds) for seconds in options.sweep_seconds),
        "PYTHONUNBUFFERED": "1",
    }


def application_environment(options: Options, profile: str) -> dict[str, str]:
    """Environment of processes that import the application: its settings as well."""
    return {
        **stack_environment(options, profile),
        "UPLOADS_BUCKET": names.UPLOADS_BUCKET,
        "IMAGES_BUCKET": names.IMAGES_BUCKET,
        "IMAGES_TABLE": names.IMAGES_TABLE,
        "WORK_QUEUE": names.WORK_QUEUE,
        "FAILURES_QUEUE": names.FAILURES_QUEUE,
        "WEBHOOKS_QUEUE": names.WEBHOOKS_QUEUE,
        "WEBHOOK_SECRET_PARAMETER": names.WEBHOOK_SECRET,
        "WEBHOOK_LOOPBACK": "true",
        "CDN_KEY_PARAMETER": names.CDN_KEY,
        "EVENT_BUS": names.EVENT_BUS,
        "PUBLIC_URL": f"{options.site_url}/images",
        "API_URL": options.api_url,
        "ALLOWED_ORIGINS": ",".join(options.site_origins),
        "AUTH_MODE": options.auth_mode,
        **variants.setting(),
        **content_key.settings_of(options.data, inherited()),
    }
