"""The signing keys of a stage, in a secret parameter of SSM."""

from collections.abc import Mapping

import msgspec

from ops import signing_keys
from ops.account import Account
from ops.aws_errors import CloudError, explained
from ops.deploy.parameters import Values
from ops.signing_keys import SLOTS, SigningKeys


class StageKeys:
    """Reads and writes the parameter. `name` is its name."""

    def __init__(self, account: Account, name: str) -> None:
        self._ssm = account.client("ssm")
        self._name = name

    def read(self) -> SigningKeys | None:
        """The keys; None before the first deployment. CloudError if they cannot be read."""
        with explained():
            try:
                found = self._ssm.get_parameter(Name=self._name, WithDecryption=True)
            except self._ssm.exceptions.ParameterNotFound:
                return None
        try:
            return signing_keys.parsed(found["Parameter"]["Value"])
        except msgspec.MsgspecError as reason:  # without its text, which may quote the key
            raise CloudError(f"The parameter {self._name} has no signing keys.") from reason

    def write(self, keys: SigningKeys) -> None:
        """Replace the keys."""
        with explained():
            self._ssm.put_parameter(
                Name=self._name,
                Value=signing_keys.written(keys),
                Type="SecureString",
                Overwrite=True,
                Description="Signs the URLs of private images",
            )

    def ensure(self) -> SigningKeys:
        """The keys; made if there are none."""
        keys = self.read()
        if keys is None:
            keys = signing_keys.new_keys()
            self.write(keys)
        return keys

    def promote(self, outputs: Mapping[str, str]) -> bool:
        """Sign with the next key if CloudFront has it: whether that is new.

        `outputs` are those of the delivery stack.
        """
        keys = self.read()
        if keys is None:
            return False
        ids = {slot: outputs.get(f"{slot}SigningKeyId", "") for slot in SLOTS}
        promoted = signing_keys.promoted(keys, ids)
        if promoted != keys:
            self.write(promoted)
        return promoted != keys

    def remove(self) -> None:
        """Delete the parameter; no error if there is none."""
        with explained():
            try:
                self._ssm.delete_parameter(Name=self._name)
            except self._ssm.exceptions.ParameterNotFound:
                return


def key_parameters(keys: SigningKeys | None) -> Values:
    """Values for the template's parameters on keys; none before there are keys."""
    if keys is None:
        return {}
    public = {f"SigningKey{slot}": keys.public_key(slot).strip() for slot in SLOTS}
    return {**public, "OriginSecret": keys.origin_secret}
