"""The table's outbox: notices beside the records, until somebody was told of them.

They have hash keys of their own, so that the functions' policies let notices be deleted and
records not. There are as many keys as last letters of ids: one takes some hundred notices a second.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from botocore.exceptions import ClientError

from chalicelib.aws import clients, items
from chalicelib.aws.faults import code_of, passing_faults_renamed
from chalicelib.aws.items import Item
from chalicelib.errors import PassingFault
from chalicelib.notices import Notice
from chalicelib.ulids import ALPHABET

_PAGE = 10  # notices that EventBridge takes at once


class Outbox:
    """The part of an ImageTable that keeps notices."""

    _name: str

    def untold(self, before: datetime) -> Iterator[Sequence[Notice]]:
        """All notices from `before`, at most ten at a time; those of one image in order."""
        for shard in ALPHABET:
            query = (
                clients.dynamodb()
                .get_paginator("query")
                .paginate(
                    TableName=self._name,
                    KeyConditionExpression="id = :id AND entry < :before",
                    ExpressionAttributeValues=items.serialized(
                        {":id": untold_key(shard), ":before": items.sortable(before)}
                    ),
                    ConsistentRead=True,
                    PaginationConfig={"PageSize": _PAGE},
                )
            )
            with passing_faults_renamed("DynamoDB"):
                for page in query:
                    if page["Items"]:
                        yield [_notice_of(item) for item in page["Items"]]

    def told(self, notices: Sequence[Notice]) -> None:
        """Forget these notices; no error where they are forgotten already.

        PassingFault whyever one cannot be: to tell it once more does no harm.
        """
        for notice in notices:
            item = notice_item(notice)
            try:
                with passing_faults_renamed("DynamoDB"):
                    clients.dynamodb().delete_item(
                        TableName=self._name, Key={name: item[name] for name in ("id", "entry")}
                    )
            except ClientError as reason:
                raise PassingFault(f"DynamoDB says {code_of(reason)}.") from reason


def untold_key(image_id: str) -> str:
    """The hash key of an image's notices."""
    return f"untold#{image_id[-1:]}"


def notice_item(notice: Notice) -> Item:
    """The row that keeps a notice."""
    return items.serialized(
        {
            "id": untold_key(notice.image_id),
            "entry": f"{items.sortable(notice.at)}#{notice.image_id}#{notice.revision:06d}",
            "name": notice.name,
            "detail": notice.detail,
        }
    )


def _notice_of(item: Item) -> Notice:
    at, image_id, revision = item["entry"]["S"].split("#")
    return Notice(
        image_id=image_id,
        revision=int(revision),
        name=item["name"]["S"],
        at=datetime.fromisoformat(at),
        detail=item["detail"]["S"],
    )
