"""The register of sizes on demand on DynamoDB: each change is one conditional update."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.aws.items import row_key, serialized
from chalicelib.aws.table_keys import FILES, claim_entry, sizes_key
from chalicelib.ports.sizes import Claim

_KEPT = 86_400  # seconds after its end for which an abandoned claim stays in the table


class DynamoSizes:
    """DynamoDB implementation of SizeRegister, in the images table.

    An image has one row with the names of its files, and one for each claim.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def claim(self, image_id: str, key: str, limit: int, now: datetime, until: datetime) -> Claim:
        """Claim a file, then count it."""
        taken = self._update(
            image_id,
            claim_entry(key),
            "SET claimed_until = :until, expires = :expires",
            "attribute_not_exists(claimed_until) OR claimed_until <= :now",
            {
                ":until": int(until.timestamp() * 1000),
                ":now": int(now.timestamp() * 1000),
                ":expires": int(until.timestamp()) + _KEPT,
            },
        )
        if not taken:
            return Claim.BUSY
        counted = self._update(
            image_id,
            FILES,
            "ADD size_files :file",
            "attribute_not_exists(size_files) OR size(size_files) < :limit"
            " OR contains(size_files, :name)",
            {":file": {key}, ":name": key, ":limit": limit},
        )
        if counted:
            return Claim.TAKEN
        self.release(image_id, key)
        return Claim.FULL

    def release(self, image_id: str, key: str) -> None:
        """Delete the claim."""
        self._delete(image_id, claim_entry(key))

    def remove(self, image_id: str, keys: Collection[str]) -> None:
        """Remove these names from the image's row."""
        if keys:
            self._update(image_id, FILES, "DELETE size_files :gone", None, {":gone": set(keys)})

    def forget(self, image_id: str) -> None:
        """Delete the image's row; claims end by themselves."""
        self._delete(image_id, FILES)

    def _delete(self, image_id: str, entry: str) -> None:
        with translate_transient_errors("DynamoDB"):
            clients.dynamodb().delete_item(
                TableName=self._name, Key=row_key(sizes_key(image_id), entry)
            )

    def _update(
        self, image_id: str, entry: str, change: str, condition: str | None, values: dict[str, Any]
    ) -> bool:
        options: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        try:
            with translate_transient_errors("DynamoDB"):
                clients.dynamodb().update_item(
                    TableName=self._name,
                    Key=row_key(sizes_key(image_id), entry),
                    UpdateExpression=change,
                    ExpressionAttributeValues=serialized(values),
                    **options,
                )
        except ClientError as reason:
            # Not by the client's own class of it, which may differ between threads.
            if code_of(reason) != "ConditionalCheckFailedException":
                raise
            return False
        return True
