"""Use of a KMS key, derived from what a function may do with the data that it encrypts."""

from collections.abc import Iterable, Sequence

from ops.iam.names import Names
from ops.iam.statements import SERVICES, Statement

_ENCRYPTED = ("dynamodb", "s3", "sqs")
_WRITES = ("s3:PutObject", "sqs:SendMessage")  # each object and message has its own data key


def use_of_key(names: Names, statements: Sequence[Statement]) -> list[Statement]:
    """Statements on the key, through the stores only; none if there is no key."""
    if not names.kms_key_arn:
        return []
    actions = sorted({action for statement in statements for action in statement.actions})
    read = _services(actions)
    written = _services(action for action in actions if action in _WRITES)
    decrypt = _on_key(names, "Decrypt", "kms:Decrypt", _WHY_DECRYPT, read)
    encrypt = _on_key(names, "Encrypt", "kms:GenerateDataKey", _WHY_ENCRYPT, written)
    return [decrypt, encrypt] if written else [decrypt]


_WHY_DECRYPT = "The stores decrypt on the function's behalf, the table included."
_WHY_ENCRYPT = "The stores get a new data key for each object and message on its behalf."


def _services(actions: Iterable[str]) -> list[str]:
    used = {action.partition(":")[0] for action in actions}
    return [service for service in _ENCRYPTED if service in used]


def _on_key(names: Names, sid: str, action: str, why: str, services: list[str]) -> Statement:
    through = [names.endpoint(service) for service in services]
    condition = {"StringEquals": {"kms:ViaService": through}}
    return Statement(sid, why, (action,), (names.kms_key_arn,), SERVICES, condition)
