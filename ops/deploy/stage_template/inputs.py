"""The parameters of the stage's template: settings of the application, and where its code is."""

import inspect
from typing import Any

import msgspec
from msgspec.inspect import BoolType, IntType, LiteralType, Type, UnionType, type_info

from chalicelib.settings import Settings
from ops.deploy.parameters import SET_BY_DEPLOY
from ops.packaging.optional_packages import PACKAGES
from ops.setting_remarks import remarks

Json = dict[str, Any]

# Need libraries in the layer: an artifact has them for all its stages (`package --heic`), or not.
OF_ARTIFACT = frozenset({*(entry.setting for entry in PACKAGES), "C2PA_KEY", "C2PA_CERTIFICATES"})
# Set by Lambda or `make run`, or in need of permissions for X-Ray.
_LEFT_OUT = frozenset(
    {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "VARIANTS_TABLE", "WEBHOOK_LOOPBACK", "TRACING"}
)
ALLOW_ANYBODY = "AllowAnybody"


def setting_fields() -> list[msgspec.structs.FieldInfo]:
    """The settings that are inputs."""
    left_out = SET_BY_DEPLOY | OF_ARTIFACT | _LEFT_OUT
    return [f for f in msgspec.structs.fields(Settings) if f.encode_name not in left_out]


def setting_texts() -> dict[str, str]:
    """What each setting is for, by the name of its field."""
    return remarks(inspect.getsource(Settings))


def parameter_name(setting: str) -> str:
    """MAX_UPLOAD_BYTES -> MaxUploadBytes."""
    return "".join(word.capitalize() for word in setting.split("_"))


def setting_parameters(chosen: dict[str, str]) -> Json:
    """A parameter for each setting; empty for the application's default. `chosen` are defaults."""
    texts = setting_texts()
    return {
        parameter_name(f.encode_name): {
            "Type": "String",
            "Default": chosen.get(f.encode_name, ""),
            "Description": f"{f.encode_name}: {texts[f.name]}. Empty for its default.",
            **_allowed(f.encode_name, type_info(f.type), required=f.required),
        }
        for f in setting_fields()
    }


def setting_conditions() -> Json:
    """Whether each setting has a value."""
    return {
        condition(f.encode_name): {
            "Fn::Not": [{"Fn::Equals": [{"Ref": parameter_name(f.encode_name)}, ""]}]
        }
        for f in setting_fields()
        if not f.required
    }


def condition(setting: str) -> str:
    """The name of the condition."""
    return f"Sets{parameter_name(setting)}"


def _allowed(name: str, shape: Type, *, required: bool) -> Json:
    empty = [] if required else [""]
    match shape:
        case UnionType():
            number = next(member for member in shape.types if isinstance(member, IntType))
            return _allowed(name, number, required=required)
        case BoolType():
            return {"AllowedValues": [*empty, "true", "false"]}
        case LiteralType():
            return {"AllowedValues": [*empty, *shape.values]}
        case IntType():
            return {
                "AllowedPattern": "^[0-9]*$",
                "ConstraintDescription": f"{name} is a whole number, or empty.",
            }
    return {}


PARAMETERS: Json = {
    "ArtifactBucket": {
        "Type": "String",
        "Description": "The bucket with the released zip files, in this region.",
        "AllowedPattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    },
    "CodeKey": {
        "Type": "String",
        "Default": "deployment.zip",
        "Description": "The key of the functions' code. Another release needs another key.",
    },
    "LayerKey": {
        "Type": "String",
        "Default": "layer-deployment.zip",
        "Description": "The key of the layer with the functions' libraries.",
    },
    "SetupKey": {
        "Type": "String",
        "Default": "setup.zip",
        "Description": "The key of the setup function, which has the page.",
    },
    "SigningSlots": {
        "Type": "String",
        "Default": "First",
        "AllowedValues": ["First", "FirstAndSecond", "Second"],
        "Description": (
            "Which keys sign the URLs of private images. From one to both, a new key signs; from "
            "both to the other one, URLs of the older key stop working."
        ),
    },
    ALLOW_ANYBODY: {
        "Type": "String",
        "Default": "false",
        "AllowedValues": ["true", "false"],
        "Description": "Allow AUTH_MODE none: anybody who knows the address may upload and delete.",
    },
}
RULES: Json = {
    "AnybodyIsAllowedKnowingly": {
        "RuleCondition": {"Fn::Equals": [{"Ref": "AuthMode"}, "none"]},
        "Assertions": [
            {
                "Assert": {"Fn::Equals": [{"Ref": ALLOW_ANYBODY}, "true"]},
                "AssertDescription": (
                    "With AUTH_MODE none, anyone who knows the page's address can upload, see and "
                    "delete pictures, at your cost. Set it to token, or AllowAnybody to true."
                ),
            }
        ],
    }
}
