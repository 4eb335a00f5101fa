"""AWS's errors, in AWS's words, and the messages that the user sees."""

import re

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, SSOTokenLoadError

from ops import aws_errors
from ops.aws_errors import CloudError, explain, explain_text, explained

DENIED = (
    "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
    "s3:CreateBucket on resource: arn:aws:s3:::darkroom-dev because no identity-based policy "
    "allows the s3:CreateBucket action"
)

# code, message, and parts of our sentence: cause and remedy
REFUSALS = [
    ("AccessDenied", DENIED, "may not s3:CreateBucket", "Ask whoever manages"),
    ("AccessDenied", "Access Denied", "the permission for CreateStack", "Ask whoever manages"),
    (
        "AccessDenied",
        "Your account must be verified before you can add new CloudFront resources.",
        "has not verified this account",
        "AWS Support",
    ),
    ("ExpiredToken", "The security token included is expired", "have expired", "aws sso login"),
    ("InvalidClientTokenId", "The security token is invalid.", "rejects these", "--profile"),
    ("SignatureDoesNotMatch", "The signature does not match.", "rejects these", "--profile"),
    ("OptInRequired", "Not subscribed.", "not signed up", "console"),
    ("QueueDeletedRecently", "You must wait 60 seconds", "for a minute", "Wait, "),
    (
        "InvalidParameterValueException",
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [10].",
        "quota of concurrent executions",
        "Service Quotas",
    ),
    (
        "ValidationException",
        "'MemorySize' value failed to satisfy constraint: Member must have value less than or "
        "equal to 3008",
        "at most 3008 MB",
        "lambda_memory_size",
    ),
    ("ThrottlingException", "Rate exceeded", "throttles", "Wait a few minutes"),
    ("TooManyRequestsException", "Too Many Requests", "throttles", "Wait a few minutes"),
    ("TooManyBuckets", "You have too many buckets.", "quota", "Service Quotas"),
    ("LimitExceededException", "Cannot exceed 1000 roles", "quota", "Service Quotas"),
    ("CodeStorageExceededException", "Code storage limit exceeded.", "quota", "Service Quotas"),
    ("BucketAlreadyExists", "darkroom-x already exists", "another AWS account", "another stage"),
]


@pytest.mark.parametrize(("code", "message", "cause", "remedy"), REFUSALS)
def test_a_refusal_names_cause_and_remedy(code: str, message: str, cause: str, remedy: str) -> None:
    sentence = explain(message, code, "CreateStack")
    assert cause in sentence
    assert remedy in sentence
    assert "\n" not in sentence


def test_every_pattern_of_a_refusal_has_an_example() -> None:
    first = [
        next(
            i
            for i, (pattern, _) in enumerate(aws_errors._REFUSALS)
            if re.search(pattern, f"{c} {m}")
        )
        for c, m, _, _ in REFUSALS
    ]
    assert set(first) == set(range(len(aws_errors._REFUSALS)))


def test_an_unknown_error_is_shown_in_aws_words() -> None:
    sentence = explain("The moon\nis full.", "LunarException", "PutTide")
    assert sentence == "AWS refused PutTide (LunarException). AWS said: The moon is full."


def test_errors_of_calls_become_sentences() -> None:
    response = {"Error": {"Code": "AccessDenied", "Message": DENIED}}
    with pytest.raises(CloudError, match="may not s3:CreateBucket"), explained():
        raise ClientError(response, "CreateBucket")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SSOTokenLoadError(error_msg="x"), "aws sso login"),
        (ConnectTimeoutError(endpoint_url="https://sts.amazonaws.com"), "cannot be reached"),
    ],
)
def test_errors_before_a_call_become_sentences(error: Exception, sentence: str) -> None:
    with pytest.raises(CloudError, match=sentence), explained():
        raise error


def test_an_error_in_another_programs_output_is_found() -> None:
    output = (
        "Creating IAM role: darkroom-dev-api_handler\nTraceback (most recent call last):\n"
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the "
        f"CreateRole operation: {DENIED}\n\nDuring handling of the above exception ...\n"
    )
    assert "may not s3:CreateBucket" in (explain_text(output) or "")


def test_output_without_an_error_has_none() -> None:
    assert explain_text("Traceback (most recent call last):\nKeyError: 'x'") is None
