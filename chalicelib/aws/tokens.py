"""Tokens on DynamoDB, under one hash key of the images table."""

from datetime import timedelta
from typing import Any

import msgspec

from chalicelib.auth.tokens import ApiToken
from chalicelib.aws import clients, rows
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import Item, row_key, serialized
from chalicelib.aws.table_keys import TOKENS

_LISTED = timedelta(days=30)  # how long an expired token is still listed


class DynamoTokens:
    """DynamoDB implementation of TokenStore."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get(self, token_id: str) -> ApiToken | None:
        """The token with this id, read consistently."""
        row = rows.read(self._name, TOKENS, token_id)
        return _token_of(row) if row else None

    def put(self, token: ApiToken) -> None:
        """Store a new token."""
        row: dict[str, object] = {"token": msgspec.json.encode(token).decode()}
        if token.expires_at:
            row["expires"] = int((token.expires_at + _LISTED).timestamp())
        with translate_transient_errors("DynamoDB"):
            clients.dynamodb().put_item(
                TableName=self._name,
                Item={**serialized(row), **_key(token.id)},
                ConditionExpression="attribute_not_exists(id)",
            )

    def all(self) -> list[ApiToken]:
        """All tokens, oldest first."""
        query: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": "id = :tokens",
            "ExpressionAttributeValues": serialized({":tokens": TOKENS}),
            "ConsistentRead": True,
        }
        pages = clients.dynamodb().get_paginator("query").paginate(**query)
        with translate_transient_errors("DynamoDB"):
            found = [_token_of(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda token: token.created_at)

    def remove(self, token_id: str) -> bool:
        """Delete a token; returns whether it existed."""
        with translate_transient_errors("DynamoDB"):
            response = clients.dynamodb().delete_item(
                TableName=self._name, Key=_key(token_id), ReturnValues="ALL_OLD"
            )
        return "Attributes" in response


def _key(token_id: str) -> Item:
    return row_key(TOKENS, token_id)


def _token_of(item: Item) -> ApiToken:
    return msgspec.json.decode(item["token"]["S"], type=ApiToken)
