"""Explains errors of AWS and botocore in sentences that name the remedy, from one table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from chalicelib.errors import DarkroomError

_AGAIN = "then run this again: it continues where it stopped"
_PERMISSIONS = "docs/permissions.md lists what deploying needs"
_SIGN_IN = "Sign in (`aws sso login`, `aws configure`, or the AWS_ variables)"

# The first pattern found in an error's code and message decides.
_REFUSALS = (
    (
        r"verified before you can add new CloudFront",
        "AWS has not verified this account for CloudFront yet. Ask AWS Support in the console to "
        f"verify it, {_AGAIN}.",
    ),
    (
        r"not authorized to perform: (?P<action>[\w-]+:\w+)",
        "This identity may not {action}. Ask whoever manages the AWS account for this permission "
        f"({_PERMISSIONS}), {_AGAIN}.",
    ),
    (
        r"ExpiredToken|RequestExpired|TokenRefreshRequired|token .*expired",
        f"The AWS credentials have expired. {_SIGN_IN}, {_AGAIN}.",
    ),
    (
        r"InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch"
        r"|AuthFailure|InvalidToken|IncompleteSignature|MissingAuthenticationToken",
        f"AWS rejects these credentials. {_SIGN_IN}, or use another profile with --profile.",
    ),
    (
        r"AccessDenied|UnauthorizedOperation|AuthorizationError|Forbidden|not authorized",
        "This identity lacks the permission for {operation}. Ask whoever manages the AWS account "
        f"for it ({_PERMISSIONS}), {_AGAIN}. AWS said: {{message}}",
    ),
    (
        r"OptInRequired|SubscriptionRequired",
        "This AWS account is not signed up for the service, or the region is not enabled. "
        "Check the account's page in the console. AWS said: {message}",
    ),
    (
        r"QueueDeletedRecently|60 seconds after deleting",
        "SQS reserves the name of a deleted queue for a minute. Wait, " + _AGAIN + ".",
    ),
    (
        r"UnreservedConcurrentExecution",
        "Lambda's quota of concurrent executions is too small for the reserved_concurrency in "
        "site/stages.toml. Remove it there, or request a higher quota in Service Quotas.",
    ),
    (
        r"MemorySize.*less than or equal to (?P<most>\d+)",
        "This AWS account allows a function at most {most} MB. Lower lambda_memory_size in "
        "site/stages.toml, or ask AWS Support for more memory.",
    ),
    (
        r"Throttl|TooManyRequests|Rate exceeded|SlowDown|RequestLimitExceeded",
        "AWS still throttles this account's requests after all retries. Wait a few minutes, "
        + _AGAIN
        + ".",
    ),
    (
        r"LimitExceeded|QuotaExceeded|TooMany|CodeStorageExceeded|limit (has been )?exceeded",
        "A quota of this AWS account is exhausted. Raise it in Service Quotas or delete unused "
        f"resources, {_AGAIN}. AWS said: {{message}}",
    ),
    (
        r"BucketAlreadyExists",
        "A bucket name is taken by another AWS account. Choose another stage name. AWS said: "
        "{message}",
    ),
)

_LOCAL: tuple[tuple[type[BotoCoreError] | tuple[type[BotoCoreError], ...], str], ...] = (
    (
        (exceptions.NoCredentialsError, exceptions.PartialCredentialsError),
        f"There are no AWS credentials here. {_SIGN_IN}, or use a profile with --profile.",
    ),
    (exceptions.ProfileNotFound, "{message}. `aws configure list-profiles` lists all profiles."),
    (
        exceptions.NoRegionError,
        "No AWS region is set. Choose one with --region, such as --region eu-central-1.",
    ),
    (
        (
            exceptions.SSOTokenLoadError,
            exceptions.UnauthorizedSSOTokenError,
            exceptions.TokenRetrievalError,
        ),
        "The AWS sign-in has expired. Run `aws sso login`, " + _AGAIN + ".",
    ),
    (
        (
            exceptions.ConnectionError,
            exceptions.HTTPClientError,
        ),
        "AWS cannot be reached: {message} Check the network, " + _AGAIN + ".",
    ),
)

_IN_TEXT = re.compile(
    r"An error occurred \((?P<code>[\w.:]+)\) when calling the (?P<operation>\w+) operation"
    r"(?: \(reached max retries: \d+\))?: (?P<message>.*)"
)


class CloudError(DarkroomError):
    """The command cannot continue; the text tells the user why, and what to do."""


@contextmanager
def explained() -> Iterator[None]:
    """Raise CloudError, with an explanation, for any error of AWS or botocore inside."""
    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        raise CloudError(
            explain(details.get("Message", ""), details.get("Code", ""), error.operation_name)
        ) from error
    except BotoCoreError as error:
        raise CloudError(_local_sentence(error)) from error
    except ResponseParserError as error:
        raise CloudError(
            f"The response did not come from AWS. Check the network and AWS_ENDPOINT_URL, {_AGAIN}."
        ) from error


def explain(message: str, code: str = "", operation: str = "this step") -> str:
    """Explain an error to the user; `message` is AWS's own text."""
    message = " ".join(message.split())
    for pattern, sentence in _REFUSALS:
        found = re.search(pattern, f"{code} {message}")
        if found:
            return sentence.format(message=message, operation=operation, **found.groupdict())
    return f"AWS refused {operation} ({code or 'no code'}). AWS said: {message}"


def explain_text(text: str) -> str | None:
    """Explain the first botocore error in another program's output; None if there is none."""
    found = _IN_TEXT.search(text)
    return explain(**found.groupdict()) if found else None


def _local_sentence(error: BotoCoreError) -> str:
    message = str(error).rstrip(".")
    for kinds, sentence in _LOCAL:
        if isinstance(error, kinds):
            return sentence.format(message=f"{message}." if "{message} " in sentence else message)
    return f"{message}."
