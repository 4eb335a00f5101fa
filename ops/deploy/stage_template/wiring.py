"""What connects the parts of a stage: names, addresses and limits, as CloudFormation's functions.

Names are texts rather than references where a reference would close a circle: the page's policy
names the uploads bucket, whose CORS rules name the CDN; the API calls functions that know the CDN,
which passes calls to the API.
"""

from collections.abc import Mapping
from typing import Any

from ops import edge
from ops.deploy.parameters import Values, config_values, settings_of, stage_values
from ops.deploy.stage import API_STAGE, Stage
from ops.deploy.stage_template.inputs import condition, parameter_name, setting_fields
from ops.deploy.stage_template.merging import Json, if_
from ops.iam.names import APPLICATION, CLOUDFORMATION

# A name that no stage has in the texts that Chalice writes; `${Stage}` takes its place.
STAGE = "zzstagezz"
ACCOUNT, REGION = "999999999999", "zz-zone-9"
DISTRIBUTION = "ZZDISTRIBUTIONZZ"
KEY, FORMER_KEY = "zz:key", "zz:former-key"
PAGE = "https://zz.invalid"

TEXTS = {
    STAGE: "${Stage}",
    ACCOUNT: "${AWS::AccountId}",
    REGION: "${AWS::Region}",
    DISTRIBUTION: "${Distribution}",
}
PLACEHOLDER = Stage(STAGE, ACCOUNT, REGION)

SITE = if_(
    "DeliveryHasDomain", {"Ref": "DomainName"}, {"Fn::GetAtt": ["Distribution", "DomainName"]}
)
OTHERS = {"Fn::Join": [",", {"Ref": "AllowedOrigins"}]}
ORIGINS = if_(
    "HasOtherOrigins",
    {"Fn::Sub": ["https://${Site},${Others}", {"Site": SITE, "Others": OTHERS}]},
    {"Fn::Sub": ["https://${Site}", {"Site": SITE}]},
)
KEY_ARN = if_("StoresMakesKey", {"Fn::GetAtt": ["Key", "Arn"]}, {"Ref": "ExistingKeyArn"})
API_DOMAIN = {"Fn::Sub": "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
SETUP = f"{APPLICATION}-${{Stage}}-setup"

CONDITIONS: Json = {
    "StoresHasWebhooks": {"Condition": condition("WEBHOOK_URL")},
    "HasOtherOrigins": {"Fn::Not": [{"Fn::Equals": [OTHERS, ""]}]},
    "UsesFaces": {"Fn::Equals": [{"Ref": "SmartCrop"}, "faces"]},
    "KeepsCredits": {"Fn::Equals": [{"Ref": "KeepCredits"}, "true"]},
    "CropsInTheMiddle": {"Fn::Equals": [{"Ref": "SmartCrop"}, "off"]},
    "DecryptsFormerData": {
        "Fn::Or": [{"Condition": "StoresHasKey"}, {"Condition": "StoresHasFormerKeys"}]
    },
}


def placeholders() -> Values:
    """The settings that a deployment sets, for a stage whose name takes the place of `Stage`."""
    values = {
        **stage_values(PLACEHOLDER),
        "AllowedOrigins": PAGE,
        "DistributionId": DISTRIBUTION,
    }
    return settings_of(values, PAGE)


def substituted(value: Any) -> Any:
    """`value` with `Fn::Sub` in place of the placeholders."""
    match value:
        case {"Fn::Sub": str() as text} if len(value) == 1:
            return {"Fn::Sub": _filled(text)}
        case {"Fn::Sub": [str() as text, dict() as own]} if len(value) == 1:
            return {"Fn::Sub": [_filled(text), substituted(own)]}
        case dict():
            return {name: substituted(inner) for name, inner in value.items()}
        case list():
            return [substituted(inner) for inner in value]
        case str() if (text := _filled(value)) != value or "${AWS::" in value:
            return {"Fn::Sub": text}
    return value


def _filled(text: str) -> str:
    for placeholder, expression in TEXTS.items():
        text = text.replace(placeholder, expression)
    return text


def variables(chosen: Mapping[str, str]) -> Json:
    """The functions' environment variables; `chosen` has those that a stage was packaged with."""
    addresses = {
        "PUBLIC_URL": {"Fn::Sub": ["https://${Site}/images", {"Site": SITE}]},
        "API_URL": {"Fn::Sub": [f"https://${{Site}}/{API_STAGE}", {"Site": SITE}]},
        "ALLOWED_ORIGINS": ORIGINS,
        "DISTRIBUTION_ID": {"Ref": "Distribution"},
    }
    settings = {}
    for field in setting_fields():
        name = field.encode_name
        value = {"Ref": parameter_name(name)}
        settings[name] = value if field.required else if_(condition(name), value)
    return {**chosen, **substituted(placeholders()), **addresses, **settings}


def stores_values(section: Mapping[str, Any]) -> Json:
    """Values for parameters of the stores."""
    return {
        **_numbers(section, "Seconds"),
        "AllowedOrigins": if_(
            "HasOtherOrigins",
            {"Fn::Split": [",", ORIGINS["Fn::If"][1]]},
            [ORIGINS["Fn::If"][2]],
        ),
        "UploadFunctionArn": {"Fn::GetAtt": ["ProcessUpload", "Arn"]},
        "RemovalFunctionArn": {"Fn::GetAtt": ["ProcessRemoval", "Arn"]},
        "Webhooks": "",  # only its condition is used
    }


def delivery_values(section: Mapping[str, Any]) -> Json:
    """Values for parameters of the delivery."""
    environment = section.get("environment_variables", {})
    tables = {
        (credits_kept, crop): edge.written(
            {**environment, "KEEP_CREDITS": credits_kept, "SMART_CROP": crop}
        )
        for credits_kept in ("true", "false")
        for crop in ("off", "saliency")
    }
    of_crop = {
        kept: if_("CropsInTheMiddle", tables[kept, "off"], tables[kept, "saliency"])
        for kept in ("true", "false")
    }
    return {
        "UploadsBucket": {"Fn::Sub": _filled(PLACEHOLDER.uploads_bucket)},
        "ImagesBucket": {"Ref": "ImagesBucket"},
        "SiteBucket": {"Ref": "SiteBucket"},
        "AccessLogBucket": {"Ref": "AccessLogBucket"},
        "ApiDomain": API_DOMAIN,
        "ApiStage": API_STAGE,
        "EdgeTable": if_("KeepsCredits", of_crop["true"], of_crop["false"]),
        "SigningKeyFirst": {"Fn::GetAtt": ["SigningKeys", "FirstPublicKey"]},
        "SigningKeySecond": {"Fn::GetAtt": ["SigningKeys", "SecondPublicKey"]},
        "OriginSecret": {"Fn::GetAtt": ["SigningKeys", "OriginSecret"]},
    }


def watch_values(section: Mapping[str, Any]) -> Json:
    """Values for parameters of the watch."""
    queues = ("WorkQueue", "FailuresQueue", "LostWebhooksQueue")
    return {
        **_numbers(section, "Seconds"),
        **{name: {"Fn::GetAtt": [name, "QueueName"]} for name in queues},
        "ImagesTable": {"Ref": "ImagesTable"},
        "DistributionId": {"Ref": "Distribution"},
        "ApiName": APPLICATION,
        "ApiStage": API_STAGE,
    }


def _numbers(section: Mapping[str, Any], end: str) -> Values:
    values = config_values(section)
    return {name: value for name, value in values.items() if name.endswith(end)}


def function_arn(name: str) -> str:
    """The ARN of a function, for `Fn::Sub`, without a reference to it."""
    place = CLOUDFORMATION
    return f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:{_filled(name)}"
