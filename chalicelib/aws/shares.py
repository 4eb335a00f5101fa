"""Shares on DynamoDB: one hash key of the images table for each image."""

from datetime import datetime

from chalicelib.aws import clients, rows
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import Item, row_key, serialized
from chalicelib.aws.table_keys import shares_key
from chalicelib.model.image import sortable
from chalicelib.sharing import Share


class DynamoShares:
    """DynamoDB implementation of ShareStore."""

    def __init__(self, name: str) -> None:
        self._name = name

    def put(self, share: Share) -> None:
        """Add the row; DynamoDB deletes it within days after the share has expired."""
        row = {
            "id": shares_key(share.image_id),
            "entry": share.id,
            "hash": share.hash,
            "created_at": sortable(share.created_at),
            "expires_at": sortable(share.expires_at),
            "expires": int(share.expires_at.timestamp()),
        }
        rows.add(self._name, serialized(row))

    def get(self, image_id: str, share_id: str) -> Share | None:
        """The share, read consistently."""
        row = rows.read(self._name, shares_key(image_id), share_id)
        return _share_of(image_id, row) if row else None

    def all_of(self, image_id: str) -> list[Share]:
        """All shares of an image, oldest first, at most a page of 1 MB."""
        with translate_transient_errors("DynamoDB"):
            page = clients.dynamodb().query(
                TableName=self._name,
                KeyConditionExpression="id = :id",
                ExpressionAttributeValues=serialized({":id": shares_key(image_id)}),
                ConsistentRead=True,
            )
        found = [_share_of(image_id, item) for item in page["Items"]]
        return sorted(found, key=lambda share: share.created_at)

    def remove(self, image_id: str, share_id: str) -> bool:
        """Delete the row: whether there was one."""
        with translate_transient_errors("DynamoDB"):
            response = clients.dynamodb().delete_item(
                TableName=self._name,
                Key=row_key(shares_key(image_id), share_id),
                ReturnValues="ALL_OLD",
            )
        return "Attributes" in response


def _share_of(image_id: str, item: Item) -> Share:
    return Share(
        id=item["entry"]["S"],
        image_id=image_id,
        hash=item["hash"]["S"],
        created_at=datetime.fromisoformat(item["created_at"]["S"]),
        expires_at=datetime.fromisoformat(item["expires_at"]["S"]),
    )
