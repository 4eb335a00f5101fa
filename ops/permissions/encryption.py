"""The use of a KMS key, which follows from what a function may do with what the key encrypts."""

from collections.abc import Iterable, Sequence

from ops.permissions.names import Names
from ops.permissions.statements import SERVICES, Statement

_ENCRYPTED = ("dynamodb", "s3", "sqs")
_WRITES = ("s3:PutObject", "sqs:SendMessage")  # each object and message has a data key of its own


def use_of_key(names: Names, statements: Sequence[Statement]) -> list[Statement]:
    """Statements on the key, through the stores only; none where there is no key."""
    if not names.kms_key_arn:
        return []
    actions = sorted({action for statement in statements for action in statement.actions})
    read = _services(actions)
    written = _services(action for action in actions if action in _WRITES)
    decrypt = _on_key(names, "Decrypt", "kms:Decrypt", _WHY_DECRYPT, read)
    encrypt = _on_key(names, "Encrypt", "kms:GenerateDataKey", _WHY_ENCRYPT, written)
    return [decrypt, encrypt] if written else [decrypt]


_WHY_DECRYPT = "The stores open what is encrypted in the function's name, the table's key included."
_WHY_ENCRYPT = "The stores get a fresh data key for each object and message in its name."


def _services(actions: Iterable[str]) -> list[str]:
    known = {action.partition(":")[0] for action in actions}
    return [service for service in _ENCRYPTED if service in known]


def _on_key(names: Names, sid: str, action: str, why: str, services: list[str]) -> Statement:
    through = [names.endpoint(service) for service in services]
    condition = {"StringEquals": {"kms:ViaService": through}}
    return Statement(sid, why, (action,), (names.kms_key_arn,), SERVICES, condition)
