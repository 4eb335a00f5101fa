"""What the local stack calls its stores; the region and account are those of AWS's examples."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "123456789012"

UPLOADS_BUCKET = "darkroom-uploads"
IMAGES_BUCKET = "darkroom-images"
IMAGES_TABLE = "darkroom-images"
WORK_QUEUE = "darkroom-work"
FAILURES_QUEUE = "darkroom-failures"
WEBHOOKS_QUEUE = "darkroom-webhooks"
LOST_WEBHOOKS_QUEUE = "darkroom-webhooks-lost"
EVENT_BUS = "darkroom"
WEBHOOK_SECRET = "/darkroom/local/webhook-secret"  # noqa: S105 - where it is

CREATED = "process_upload"
REMOVED = "process_removal"
SWEEP = "sweep"
WEBHOOK = "send_webhook"
QUEUE_FUNCTIONS = {
    WORK_QUEUE: "process_again",
    FAILURES_QUEUE: "record_failure",
    WEBHOOKS_QUEUE: WEBHOOK,
}

PROBES = ".darkroom-probe/"  # objects below it show that the stack works, and are no uploads

FILER = "DARKROOM_FILER"  # the variable that leads the event loop to SeaweedFS's log of changes
STORE_BACK = "store-back"  # the database's mark with the time since when a store that died answers
AWS = "aws"  # the database's mark with the process id of the server of tables that answers
EVENT_LOOP = "event-loop"  # the database's mark with the process id of the loop that works


def function_arn(function: str) -> str:
    """The ARN under which Lambda would know one of the application's functions."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:darkroom-local-{function}"


def rule_arn(function: str) -> str:
    """The ARN of the rule that would call one of the application's functions by the clock."""
    return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/darkroom-local-{function}-event"


def queue_arn(queue: str) -> str:
    """The ARN of one of the stack's queues."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
