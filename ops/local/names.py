"""Names of the local stack's stores; region and account are those of AWS's examples."""

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
CDN_KEY = "/darkroom/local/cdn-key"  # where it is
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

PROBES = ".darkroom-probe/"  # prefix of objects that test the stack, and are not uploads

FILER = "DARKROOM_FILER"  # variable: the address of SeaweedFS's change log, for the event loop
# Marks in the database:
# The times when stores that had died were ready again:
TABLES_BACK = "store-back"
OBJECTS_BACK = "object-store-back"
AWS = "aws"  # process id of the server of tables and queues that is ready
EVENT_LOOP = "event-loop"  # process id of the event loop that is ready


def function_arn(function: str) -> str:
    """The ARN that Lambda would give one of the application's functions."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:darkroom-local-{function}"


def rule_arn(function: str) -> str:
    """The ARN of the schedule rule that would call one of the application's functions."""
    return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/darkroom-local-{function}-event"


def queue_arn(queue: str) -> str:
    """The ARN of one of the stack's queues."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
