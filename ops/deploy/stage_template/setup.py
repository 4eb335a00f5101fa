"""The setup function of a stage: its resources, and the zip file with its code."""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from chalicelib import __version__
from ops.deploy import setup_function, site
from ops.deploy.stage_template.merging import Json, if_
from ops.deploy.stage_template.wiring import SETUP, SITE
from ops.iam.names import CLOUDFORMATION, Location
from ops.packaging.archives import pack
from ops.project import PROJECT

ARCHIVE = "setup.zip"
HANDLER = f"{setup_function.__name__}.handler"
_MODULES = (
    "ops/__init__.py",
    "ops/content_types.py",
    "ops/signing_keys.py",
    "ops/deploy/__init__.py",
    "ops/deploy/publication.py",
    "ops/deploy/setup_function.py",
)
_PARAMETER = "/darkroom/${Stage}/cdn-key"
_SECONDS, _MEGABYTES = 300, 512
TAGS = [{"Key": "Project", "Value": "darkroom"}, {"Key": "Stage", "Value": {"Ref": "Stage"}}]


def write_archive(folder: Path) -> Path:
    """Write the function's code with the page's files; return the zip file."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in _MODULES:
            target = Path(scratch, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, target)
        for file in site.static_files():
            target = Path(scratch, setup_function.PAGE, file.key)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
        pack(Path(scratch), folder / ARCHIVE)
    return folder / ARCHIVE


def resources(runtime: str, architectures: list[str]) -> Json:
    """The function, and what it makes."""
    return {
        "SetupLogs": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "LogGroupName": {"Fn::Sub": f"/aws/lambda/{SETUP}"},
                "RetentionInDays": {"Ref": "LogDays"},
                "Tags": TAGS,
            },
        },
        "SetupRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": {"Fn::Sub": SETUP},
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                },
                "Policies": [
                    {
                        "PolicyName": {"Fn::Sub": SETUP},
                        "PolicyDocument": _policy(CLOUDFORMATION),
                    }
                ],
                "Tags": TAGS,
            },
        },
        "SetupFunction": {
            "Type": "AWS::Lambda::Function",
            "DependsOn": ["SetupLogs"],
            "Properties": {
                "FunctionName": {"Fn::Sub": SETUP},
                "Description": "Makes the keys of private images, and publishes the page",
                "Runtime": runtime,
                "Architectures": architectures,
                "Handler": HANDLER,
                "Timeout": _SECONDS,
                "MemorySize": _MEGABYTES,
                "Code": {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "SetupKey"}},
                "Layers": [{"Ref": "ManagedLayer"}],
                "Role": {"Fn::GetAtt": ["SetupRole", "Arn"]},
                "Tags": TAGS,
            },
        },
        "SigningKeys": _custom(
            "SigningKeys",
            Parameter={"Fn::Sub": _PARAMETER},
            Slots=if_("HasBothKeys", ["First", "Second"], [{"Ref": "SigningSlots"}]),
        ),
        "SigningKey": _custom(
            "SigningKey",
            Parameter={"Fn::Sub": _PARAMETER},
            First=if_("DeliveryHasFirstKey", {"Ref": "FirstSigningKey"}, ""),
            Second=if_("DeliveryHasSecondKey", {"Ref": "SecondSigningKey"}, ""),
            # Until the distribution has the key's group, no URL that it signs works.
            Distribution={"Ref": "Distribution"},
        ),
        # The distribution refers to the keys that the function has made: its role comes first.
        "SetupInvalidates": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "invalidate",
                "Roles": [{"Ref": "SetupRole"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "InvalidateThePage",
                            "Effect": "Allow",
                            "Action": ["cloudfront:CreateInvalidation"],
                            "Resource": [
                                {
                                    "Fn::Sub": "arn:${AWS::Partition}:cloudfront::"
                                    "${AWS::AccountId}:distribution/${Distribution}"
                                }
                            ],
                        }
                    ],
                },
            },
        },
        "Page": {
            **_custom(
                "Page",
                Bucket={"Ref": "SiteBucket"},
                Distribution={"Ref": "Distribution"},
                Site={"Fn::Sub": ["https://${Site}", {"Site": SITE}]},
                Files=page_digest(),
                Version=__version__,
            ),
            "DependsOn": ["SetupInvalidates", "SitePolicy"],
        },
    }


CONDITIONS: Json = {
    "HasBothKeys": {"Fn::Equals": [{"Ref": "SigningSlots"}, "FirstAndSecond"]},
    # Parameters of the delivery, whose conditions cannot depend on what the function returns.
    "DeliveryHasFirstKey": {"Fn::Not": [{"Fn::Equals": [{"Ref": "SigningSlots"}, "Second"]}]},
    "DeliveryHasSecondKey": {"Fn::Not": [{"Fn::Equals": [{"Ref": "SigningSlots"}, "First"]}]},
}


def page_digest() -> str:
    """Changes with the page's files: CloudFormation then calls the function again."""
    digest = hashlib.sha256()
    for file in site.static_files():
        digest.update(f"{file.key} {len(file.content)} ".encode() + file.content)
    return digest.hexdigest()[:32]


def _custom(kind: str, **properties: Any) -> Json:
    return {
        "Type": f"Custom::{kind}",
        "Properties": {
            "ServiceToken": {"Fn::GetAtt": ["SetupFunction", "Arn"]},
            "ServiceTimeout": _SECONDS,
            "Stage": {"Ref": "Stage"},
            **properties,
        },
    }


def _policy(place: Location) -> Json:
    account = f"{place.region}:{place.account}"
    statements = (
        (
            "KeepSigningKeys",
            ["ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"],
            f"arn:{place.partition}:ssm:{account}:parameter{_PARAMETER}",
        ),
        (
            "ListThePage",
            ["s3:ListBucket"],
            f"arn:{place.partition}:s3:::darkroom-${{Stage}}-site-{place.account}-{place.region}",
        ),
        (
            "PublishThePage",
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            f"arn:{place.partition}:s3:::darkroom-${{Stage}}-site-{place.account}-{place.region}/*",
        ),
        (
            "WriteItsLog",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            f"arn:{place.partition}:logs:{account}:log-group:/aws/lambda/{SETUP}:*",
        ),
    )
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Action": actions,
                "Resource": [{"Fn::Sub": resource}],
            }
            for sid, actions, resource in statements
        ],
    }
