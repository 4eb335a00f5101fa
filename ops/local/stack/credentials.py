"""The stack's identities: created at the first run, each with the least privilege it needs."""

import base64
import configparser
import json
import secrets
from pathlib import Path

from ops.iam.policies import FUNCTIONS
from ops.local.names import IMAGES_BUCKET, PROBES, UPLOADS_BUCKET
from ops.local.stack.private_files import write_private
from ops.local.storage.policies import documents

Identity = tuple[str, str]  # access key and secret

# Policies decide where an identity has some; SeaweedFS also requires Write for posted forms.
# Without policies, Write includes deleting.
_ACTIONS = {
    "admin": ["Admin", "Read", "Write", "List", "Tagging"],
    "api": [f"Write:{UPLOADS_BUCKET}"],
    "worker": [],
    "loop": [f"List:{UPLOADS_BUCKET}", f"Write:{UPLOADS_BUCKET}/{PROBES}*"],
    "cdn": [f"Read:{IMAGES_BUCKET}"],
}
_API = ("api_handler", "authorize")
_POLICIES = {"api": _API, "worker": tuple(name for name in FUNCTIONS if name not in _API)}


def profiles_file(data: Path) -> Path:
    """The AWS shared credentials file, with one profile for each identity."""
    return data / "credentials"


def identities_file(data: Path) -> Path:
    """SeaweedFS's file of identities and their permissions."""
    return data / "identities.json"


def encryption_key(data: Path) -> str:
    """The key (64 hex digits) with which SeaweedFS encrypts objects' keys."""
    file = data / "encryption-key"
    if not file.exists():
        write_private(file, secrets.token_hex(32))
    return file.read_text()


def webhook_secret(data: Path) -> str:
    """The secret that signs webhooks, in the form that receivers use."""
    file = data / "webhook-secret"
    if not file.exists():
        write_private(file, f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}")
    return file.read_text()


def identities(data: Path) -> dict[str, Identity]:
    """Access key and secret of each identity, by name; empty before the first run."""
    return _read_profiles(profiles_file(data))


def secret_keys(data: Path) -> dict[str, str]:
    """The secret keys of all identities, by their access keys."""
    return dict(_read_profiles(profiles_file(data)).values())


def make_credentials(data: Path) -> None:
    """Write both files: existing secrets are kept, permissions are always updated.

    Secrets that the first file lacks are taken from the second.
    """
    existing = _read_identities(identities_file(data)) | _read_profiles(profiles_file(data))
    made = {name: existing.get(name) or _new_identity(name) for name in _ACTIONS}
    write_private(profiles_file(data), _profiles(made))
    write_private(identities_file(data), json.dumps(_seaweed(made), indent=1))


def _new_identity(name: str) -> Identity:
    return f"DARKROOM{name.upper()}{secrets.token_hex(4).upper()}", secrets.token_urlsafe(30)


def _read_profiles(file: Path) -> dict[str, Identity]:
    parser = configparser.RawConfigParser()
    parser.read(file)
    return {
        name: (parser[name]["aws_access_key_id"], parser[name]["aws_secret_access_key"])
        for name in parser.sections()
    }


def _read_identities(file: Path) -> dict[str, Identity]:
    if not file.exists():
        return {}
    return {
        identity["name"]: (found["accessKey"], found["secretKey"])
        for identity in json.loads(file.read_bytes())["identities"]
        for found in identity["credentials"]
    }


def _profiles(of: dict[str, Identity]) -> str:
    return "".join(
        f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n\n"
        for name, (key, secret) in of.items()
    )


def _seaweed(of: dict[str, Identity]) -> object:
    return {
        "identities": [
            {
                "name": name,
                "credentials": [{"accessKey": key, "secretKey": secret}],
                "actions": _ACTIONS[name],
                "policyNames": _POLICIES.get(name, ()),
            }
            for name, (key, secret) in of.items()
        ],
        "policies": documents(FUNCTIONS),
    }
