"""Use of a KMS key, derived from what a function may do with the data that it encrypts."""

from collections.abc import Iterable, Sequence

from ops.iam.names import Names
from ops.iam.statements import SERVICES, Statement

_ENCRYPTED = ("dynamodb", "s3", "sqs")
_WRITES = ("s3:PutObject", "sqs:SendMessage")  # each object and message has its own data key


def use_of_key(names: Names, statements: Sequence[Statement]) -> list[Statement]:
    """Statements on the keys, through the stores only; none if there is no key."""
    keys = tuple(filter(None, (names.kms_key_arn, *names.former_key_arns)))
    if not keys:
        return []
    actions = sorted({action for statement in statements for action in statement.actions})
    written = _services(action for action in actions if action in _WRITES)
    own = [_on_keys(names, keys, "Decrypt", "kms:Decrypt", _WHY_DECRYPT, _services(actions))]
    if names.kms_key_arn and written:
        key = (names.kms_key_arn,)
        own.append(_on_keys(names, key, "Encrypt", "kms:GenerateDataKey", _WHY_ENCRYPT, written))
    return own


_WHY_DECRYPT = "The stores decrypt on the function's behalf, the table included."
_WHY_ENCRYPT = "The stores get a new data key for each object and message on its behalf."


def _services(actions: Iterable[str]) -> list[str]:
    used = {action.partition(":")[0] for action in actions}
    return [service for service in _ENCRYPTED if service in used]


def _on_keys(
    names: Names, keys: tuple[str, ...], sid: str, action: str, why: str, services: list[str]
) -> Statement:
    through = [names.endpoint(service) for service in services]
    condition = {"StringEquals": {"kms:ViaService": through}}
    return Statement(sid, why, (action,), keys, SERVICES, condition)
