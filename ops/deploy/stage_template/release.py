"""Writes `stage.json`, the template of a whole stage, beside the other deployment artifacts.

Chalice packages the application for a stage with placeholders in place of names. The templates of
`infrastructure/` are merged with it, so that nothing is written down a second time.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalicelib import __version__
from chalicelib.errors import DarkroomError
from ops.deploy.stage_config import with_settings
from ops.deploy.stage_template import inputs, setup, wiring
from ops.deploy.stage_template.merging import Json, Part, if_, merged, outputs, read
from ops.iam.names import CLOUDFORMATION, names_of
from ops.iam.policies import FUNCTIONS, policy_of
from ops.local.names import REGION
from ops.packaging.program import chalice_command
from ops.project import PROJECT, policy_file
from ops.site_folder import location, stages
from ops.site_folder.stage_document import with_sections

TEMPLATE = "stage.json"
_SAM = "sam.json"
_FOLDER = PROJECT / "infrastructure"
_NOTIFICATIONS = ("ProcessUploadNotifyPermission", "ProcessRemovalNotifyPermission")
_OUTPUTS = {
    "UploadsBucket": "The bucket of originals.",
    "ImagesBucket": "The bucket of renditions.",
    "SiteBucket": "The bucket of the page.",
    "ImagesTable": "The table of image records.",
    "EventBus": "The EventBridge bus of image events.",
    "KmsKeyArn": "The key that encrypts the stores; empty if AWS's own keys do.",
    "Version": "The version of Darkroom that the stage has.",
    "DistributionId": "The CloudFront distribution.",
    "DashboardUrl": "The dashboard in the console.",
    "DistributionDomain": "The target of DomainName's alias or CNAME record.",
}


class PackageError(DarkroomError):
    """Chalice could not package the application; the text is its output."""


def write_stage_template(out: Path, stage: str) -> None:
    """Write `stage.json` and `setup.zip` into `out`, with the sizes and formats of `stage`.

    PackageError if Chalice fails.
    """
    section = _section(stage)
    with tempfile.TemporaryDirectory() as scratch:
        application = _packaged(Path(scratch), section)
    setup.write_archive(out)
    (out / TEMPLATE).write_text(json.dumps(template(application, section), indent=1) + "\n")


def template(application: Json, section: Mapping[str, Any]) -> Json:
    """The template of a stage.

    `application` is Chalice's SAM template for the placeholders, `section` what it was made of.
    """
    application = _application(application, section)
    stores = Part(
        "Stores",
        _without(read(_FOLDER / "stores.yaml"), "HasWebhooks"),
        wiring.stores_values(section),
        {"HasOrigins": True, "NotifiesFunctions": True},
    )
    delivery = Part(
        "Delivery",
        _without(read(_FOLDER / "delivery.yaml"), "HasFirstKey", "HasSecondKey"),
        wiring.delivery_values(section),
        {"HasApi": True, "ServesPrivateImages": True, "RendersPrivateImages": True},
    )
    watch = Part("Watch", read(_FOLDER / "watch.yaml"), wiring.watch_values(section))
    whole = merged([stores, delivery, Part("", application), watch])
    (function,) = {
        (r["Properties"]["Runtime"], *r["Properties"]["Architectures"])
        for r in application["Resources"].values()
        if r["Type"] == "AWS::Serverless::Function"
    }
    whole["Resources"] |= setup.resources(function[0], list(function[1:]))
    # S3 asks Lambda whether it may call the functions when it is told to.
    whole["Resources"]["UploadsBucket"]["DependsOn"] = list(_NOTIFICATIONS)
    whole["Parameters"]["AccessLogBucket"]["Description"] = (
        "Your own bucket, in this region and with ACLs enabled, for access logs of S3 and "
        "CloudFront. Empty for no logs."
    )
    whole["Parameters"] = (
        {"Stage": _stage_parameter(whole["Parameters"]["Stage"])}
        | inputs.PARAMETERS
        | inputs.setting_parameters(section["environment_variables"])
        | {"AllowedOrigins": stores.template["Parameters"]["AllowedOrigins"]}
        | {name: p for name, p in whole["Parameters"].items() if name != "Stage"}
    )
    own = setup.CONDITIONS | inputs.setting_conditions() | wiring.CONDITIONS
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"One stage of Darkroom {__version__}. Data outlives the stack.",
        "Transform": application["Transform"],
        "Globals": application["Globals"],
        "Metadata": {
            "Darkroom": {"Version": __version__},
            # ExistingKeyArn is empty where nothing refers to it, which cfn-lint cannot tell.
            "cfn-lint": {"config": {"ignore_checks": ["W1030"]}},
        },
        "Parameters": whole["Parameters"],
        "Rules": whole["Rules"] | inputs.RULES,
        "Mappings": whole["Mappings"],
        "Conditions": whole["Conditions"] | own,
        "Resources": whole["Resources"],
        "Outputs": _outputs([stores, delivery, watch]),
    }


def _section(stage: str) -> dict[str, Any]:
    """The section of a stage with placeholders, with what `stage` has of sizes and settings."""
    given = stages.section_of(stage) or {}
    environment = given.get("environment_variables", {})
    names = {field.encode_name for field in inputs.setting_fields()}
    fixed = {name: environment[name] for name in inputs.OF_ARTIFACT & environment.keys()}
    chosen = {name: environment[name] for name in names & environment.keys()}
    shape = {n: v for n, v in given.items() if n not in ("environment_variables", "tags", "xray")}
    return with_settings(
        {**shape, "environment_variables": {**chosen, **fixed}},
        wiring.STAGE,
        wiring.placeholders(),
        wiring.PLACEHOLDER.tags,
    )


def _packaged(out: Path, section: Mapping[str, Any]) -> Json:
    with _site_folder(section) as folder:
        for function in FUNCTIONS:  # replaced below; Chalice reads one
            file = PROJECT / ".chalice" / policy_file(wiring.STAGE, function)
            file.write_text(json.dumps({"Version": "2012-10-17", "Statement": []}))
        done = subprocess.run(
            [*chalice_command("package", "--stage", wiring.STAGE), str(out)],
            cwd=PROJECT,
            env={
                "AWS_DEFAULT_REGION": REGION,
                **os.environ,
                location.VARIABLE: str(folder),
            },
            check=False,
            capture_output=True,
            text=True,
        )
    for function in FUNCTIONS:
        (PROJECT / ".chalice" / policy_file(wiring.STAGE, function)).unlink(missing_ok=True)
    if done.returncode:
        raise PackageError(done.stdout + done.stderr)
    packaged: Json = json.loads((out / _SAM).read_text())
    return packaged


@contextmanager
def _site_folder(section: Mapping[str, Any]) -> Iterator[Path]:
    """The site folder with a single stage, that of the placeholders."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        given = location.wanted_folder()
        for file in given.iterdir() if given.is_dir() else ():
            if file.name != location.STAGES:
                (folder / file.name).symlink_to(file)
        text = with_sections("", {wiring.STAGE: dict(section)})
        (folder / location.STAGES).write_text(text, encoding="utf-8")
        yield folder


def _application(packaged: Json, section: Mapping[str, Any]) -> Json:
    """Chalice's template with the stage's names, settings, policies and archives."""
    placed: Json = wiring.substituted(packaged)
    for name, resource in placed["Resources"].items():
        properties = resource["Properties"]
        match resource["Type"]:
            case "AWS::Serverless::Function":
                own = packaged["Resources"][name]["Properties"]["Environment"]["Variables"]
                properties["Environment"] = {"Variables": wiring.variables(own)}
                properties["CodeUri"] = _object("CodeKey")
                _wait_for_queues(properties.get("Events", {}))
            case "AWS::Serverless::LayerVersion":
                properties["ContentUri"] = _object("LayerKey")
                properties["RetentionPolicy"] = "Delete"  # as `destroy` does
            case "AWS::Serverless::Api":
                resource["Properties"] = _calling_by_name(properties, packaged["Resources"])
            case "AWS::Lambda::EventInvokeConfig" if "DestinationConfig" in properties:
                properties["DestinationConfig"]["OnFailure"]["Destination"] = {
                    "Fn::GetAtt": ["FailuresQueue", "Arn"]
                }
    for function in FUNCTIONS:
        role = placed["Resources"][_role(packaged, function)]["Properties"]
        (policy,) = role["Policies"]
        policy["PolicyDocument"] = _policy(function, section)
    return {**placed, "Outputs": {}}


def _object(key: str) -> Json:
    return {"Bucket": {"Ref": "ArtifactBucket"}, "Key": {"Ref": key}}


def _wait_for_queues(events: Json) -> None:
    """Name queues by reference: Lambda polls only those that exist."""
    for event in events.values():
        if event["Type"] == "SQS":
            name = event["Properties"]["Queue"]["Fn::Sub"].rpartition("-")[2]
            event["Properties"]["Queue"] = {"Fn::GetAtt": [f"{name.capitalize()}Queue", "Arn"]}


def _calling_by_name(api: Json, declared: Json) -> Json:
    """The API with its functions' ARNs as texts: they know its address, by way of the CDN."""
    text = json.dumps(api)
    for name, resource in declared.items():
        if resource["Type"] == "AWS::Serverless::Function":
            arn = wiring.function_arn(resource["Properties"]["FunctionName"])
            text = text.replace(f"${{{name}.Arn}}", arn)
    called: Json = json.loads(text)
    return called


def _role(packaged: Json, function: str) -> str:
    wanted = f"darkroom-{wiring.STAGE}-{function}"
    resources: Json = packaged["Resources"]
    return next(
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::IAM::Role" and resource["Properties"]["RoleName"] == wanted
    )


def _policy(function: str, section: Mapping[str, Any]) -> Json:
    """A function's policy, with statements that depend on parameters."""
    names = names_of(
        wiring.STAGE,
        {**section["environment_variables"], "SMART_CROP": "faces"},
        CLOUDFORMATION,
        kms_key_arn=wiring.KEY,
        former_key_arns=(wiring.FORMER_KEY,),
        xray=False,
    )
    policy = policy_of(function, names)
    return {**policy, "Statement": [_statement(entry) for entry in policy["Statement"]]}


def _statement(statement: Json) -> Json:
    placed: Json = wiring.substituted(statement)
    match statement["Resource"]:
        case [wiring.KEY, wiring.FORMER_KEY]:
            former = {"Ref": "FormerKeyArns"}
            both = {
                "Fn::Split": [
                    ",",
                    {
                        "Fn::Join": [
                            ",",
                            [wiring.KEY_ARN, {"Fn::Join": [",", former]}],
                        ]
                    },
                ]
            }
            keys = if_("StoresHasFormerKeys", both, [wiring.KEY_ARN])
            placed["Resource"] = if_("StoresHasKey", keys, former)
            return if_("DecryptsFormerData", placed)
        case [wiring.KEY]:
            return if_("StoresHasKey", {**placed, "Resource": [wiring.KEY_ARN]})
    return if_("UsesFaces", placed) if statement["Sid"] == "FindFaces" else placed


def _without(part: Json, *conditions: str) -> Json:
    """A template without conditions that the merged one has under the part's name."""
    left = {n: c for n, c in part["Conditions"].items() if n not in conditions}
    return {**part, "Conditions": left}


def _stage_parameter(declared: Json) -> Json:
    return {name: value for name, value in declared.items() if name != "Default"}


def _outputs(parts: list[Part]) -> Json:
    found = {name: value for part in parts for name, value in outputs(part).items()}
    site = {"Site": wiring.SITE}
    addresses = {
        "PageUrl": ("The page's address.", "https://${Site}"),
        "ApiUrl": ("The API's address.", "https://${Site}/api"),
        "ImagesUrl": ("The base address of renditions.", "https://${Site}/images"),
    }
    return {
        **{
            name: {"Description": text, "Value": {"Fn::Sub": [address, site]}}
            for name, (text, address) in addresses.items()
        },
        **{name: {"Description": text, "Value": found[name]} for name, text in _OUTPUTS.items()},
        "AlarmTopicArn": {"Description": "The alarms' topic.", "Value": {"Ref": "Topic"}},
    }
