"""AWS's refusals as sentences that name the remedy: one table for all that talks to AWS."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from chalicelib.errors import DarkroomError

_AGAIN = "then run this again: it continues where it stopped"
_PERMISSIONS = "docs/deploying.md lists what deploying needs"
_SIGN_IN = "Sign in (`aws sso login`, `aws configure`, or the AWS_ variables)"

# The first pattern that is found in an error's code and message tells what it means.
_REFUSALS = (
    (
        r"verified before you can add new CloudFront",
        "AWS has not verified this account for CloudFront yet. Ask AWS Support in the console for "
        f"account verification, {_AGAIN}.",
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
        f"AWS does not know these credentials. {_SIGN_IN}, or name another profile with --profile.",
    ),
    (
        r"AccessDenied|UnauthorizedOperation|AuthorizationError|Forbidden|not authorized",
        "This identity lacks the permission for {operation}. Ask whoever manages the AWS account "
        f"for it ({_PERMISSIONS}), {_AGAIN}. AWS said: {{message}}",
    ),
    (
        r"OptInRequired|SubscriptionRequired",
        "This AWS account is not signed up for the service, or the region is not switched on. "
        "Look at the account's page in the console. AWS said: {message}",
    ),
    (
        r"QueueDeletedRecently|60 seconds after deleting",
        "SQS keeps the name of a removed queue for a minute. Wait for it, " + _AGAIN + ".",
    ),
    (
        r"UnreservedConcurrentExecution",
        "Lambda's quota of concurrent executions is too small for the reserved_concurrency in "
        ".chalice/config.json. Take it out there, or ask for a higher quota in Service Quotas.",
    ),
    (
        r"MemorySize.*less than or equal to (?P<most>\d+)",
        "This AWS account gives a function {most} MB at most. Lower lambda_memory_size in "
        ".chalice/config.json, or ask AWS Support for more memory.",
    ),
    (
        r"Throttl|TooManyRequests|Rate exceeded|SlowDown|RequestLimitExceeded",
        "AWS throttles this account's requests, after all our retries too. Wait a few minutes, "
        + _AGAIN
        + ".",
    ),
    (
        r"LimitExceeded|QuotaExceeded|TooMany|CodeStorageExceeded|limit (has been )?exceeded",
        "A quota of this AWS account is used up. Raise it in Service Quotas or remove what is not "
        f"needed, {_AGAIN}. AWS said: {{message}}",
    ),
    (
        r"BucketAlreadyExists",
        "A bucket's name is taken by another AWS account. Choose another stage name. AWS said: "
        "{message}",
    ),
)

_LOCAL: tuple[tuple[type[BotoCoreError] | tuple[type[BotoCoreError], ...], str], ...] = (
    (
        (exceptions.NoCredentialsError, exceptions.PartialCredentialsError),
        f"There are no AWS credentials here. {_SIGN_IN}, or name a profile with --profile.",
    ),
    (exceptions.ProfileNotFound, "{message}. `aws configure list-profiles` shows those there are."),
    (
        exceptions.NoRegionError,
        "No AWS region is chosen. Name one with --region, such as --region eu-central-1.",
    ),
    (
        (
            exceptions.SSOTokenLoadError,
            exceptions.UnauthorizedSSOTokenError,
            exceptions.TokenRetrievalError,
        ),
        "The AWS sign-in has ended. Run `aws sso login`, " + _AGAIN + ".",
    ),
    (
        (
            exceptions.ConnectionError,
            exceptions.HTTPClientError,
        ),
        "AWS cannot be reached: {message} Look at the network, " + _AGAIN + ".",
    ),
)

_IN_TEXT = re.compile(
    r"An error occurred \((?P<code>[\w.:]+)\) when calling the (?P<operation>\w+) operation"
    r"(?: \(reached max retries: \d+\))?: (?P<message>.*)"
)


class CloudError(DarkroomError):
    """The command cannot go on; the text says to a user why, and what to do."""


@contextmanager
def explained() -> Iterator[None]:
    """Raise CloudError, with a sentence, for all that AWS or botocore refuses inside."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise CloudError(
            explain(said.get("Message", ""), said.get("Code", ""), error.operation_name)
        ) from error
    except BotoCoreError as error:
        raise CloudError(_local_sentence(error)) from error
    except ResponseParserError as error:
        raise CloudError(
            "Something else than AWS answered. Look at the network and at AWS_ENDPOINT_URL, "
            f"{_AGAIN}."
        ) from error


def explain(message: str, code: str = "", operation: str = "this step") -> str:
    """What an error means for the user; `message` as AWS wrote it."""
    message = " ".join(message.split())
    for pattern, sentence in _REFUSALS:
        found = re.search(pattern, f"{code} {message}")
        if found:
            return sentence.format(message=message, operation=operation, **found.groupdict())
    return f"AWS refused {operation} ({code or 'no code'}). It said: {message}"


def explain_text(text: str) -> str | None:
    """The same for the first of botocore's errors in another program's output; None without one."""
    found = _IN_TEXT.search(text)
    return explain(**found.groupdict()) if found else None


def _local_sentence(error: BotoCoreError) -> str:
    message = str(error).rstrip(".")
    for kinds, sentence in _LOCAL:
        if isinstance(error, kinds):
            return sentence.format(message=f"{message}." if "{message} " in sentence else message)
    return f"{message}."
