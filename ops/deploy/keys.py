"""Which KMS key encrypts a stage's stores, and which keys their data still needs."""

from collections.abc import Mapping

from ops.deploy.parameters import Values


def key_values(parameters: Mapping[str, str], key: str, given: Mapping[str, str]) -> Values:
    """Values for the stores' parameters on keys, and KmsKeyArn, empty for a key yet to be created.

    `parameters` are the present ones, `key` is the ARN of the key that encrypts now (empty for
    none), `given` are the user's parameters. A key that no longer encrypts becomes a former one:
    what it encrypted needs it until it is deleted. A stage that uses a key again uses its last one.
    """
    former = former_keys(parameters)
    wanted = {**parameters, **given}
    chosen = wanted.get("ExistingKeyArn", "")
    values = {}
    if wanted.get("UseKmsKey") != "true":
        next_key = ""
    elif chosen:
        next_key = chosen
    elif key and not parameters.get("ExistingKeyArn"):
        next_key = key
    elif former and "ExistingKeyArn" not in given:
        next_key = values["ExistingKeyArn"] = former[-1]
    else:
        next_key = ""  # a new one
    kept = [arn for arn in dict.fromkeys([*former, key]) if arn and arn != next_key]
    return {**values, "FormerKeyArns": ",".join(kept), "KmsKeyArn": next_key}


def former_keys(values: Mapping[str, str]) -> tuple[str, ...]:
    """The ARNs of FormerKeyArns."""
    return tuple(filter(None, values.get("FormerKeyArns", "").split(",")))
