"""Tokens on DynamoDB, all under one hash key of the images' table."""

from datetime import timedelta
from typing import Any

import msgspec

from chalicelib.access.tokens import Token
from chalicelib.aws import clients, rows
from chalicelib.aws.faults import passing_faults_renamed
from chalicelib.aws.items import Item, serialized

TOKENS = "tokens"  # the hash key; no image has such an id
_LISTED = timedelta(days=30)  # for as long an expired token is still shown


class DynamoTokens:
    """The TokenStore that items of the images' table are."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get(self, token_id: str) -> Token | None:
        """The token of this id, read consistently."""
        row = rows.read(self._name, TOKENS, token_id)
        return _token_of(row) if row else None

    def put(self, token: Token) -> None:
        """Keep a new one."""
        row: dict[str, object] = {"token": msgspec.json.encode(token).decode()}
        if token.expires_at:
            row["expires"] = int((token.expires_at + _LISTED).timestamp())
        with passing_faults_renamed("DynamoDB"):
            clients.dynamodb().put_item(
                TableName=self._name,
                Item={**serialized(row), **_key(token.id)},
                ConditionExpression="attribute_not_exists(id)",
            )

    def all(self) -> list[Token]:
        """All of them, oldest first."""
        asked: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": "id = :tokens",
            "ExpressionAttributeValues": serialized({":tokens": TOKENS}),
            "ConsistentRead": True,
        }
        pages = clients.dynamodb().get_paginator("query").paginate(**asked)
        with passing_faults_renamed("DynamoDB"):
            found = [_token_of(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda token: token.created_at)

    def remove(self, token_id: str) -> bool:
        """Forget one: whether there was such a one."""
        with passing_faults_renamed("DynamoDB"):
            answer = clients.dynamodb().delete_item(
                TableName=self._name, Key=_key(token_id), ReturnValues="ALL_OLD"
            )
        return "Attributes" in answer


def _key(token_id: str) -> Item:
    return serialized({"id": TOKENS, "entry": token_id})


def _token_of(item: Item) -> Token:
    return msgspec.json.decode(item["token"]["S"], type=Token)
