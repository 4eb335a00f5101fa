"""Quota counters on DynamoDB: each change is one conditional update, so none exceeds its limit."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from chalicelib.aws import clients, rows
from chalicelib.aws.faults import translate_transient_errors
from chalicelib.aws.items import row_key, serialized
from chalicelib.aws.table_keys import HELD, counters_key


class DynamoQuotaCounters:
    """DynamoDB implementation of QuotaCounters, in the images table."""

    def __init__(self, name: str) -> None:
        self._name = name

    def add(self, owner: str, count: str, amount: int, limit: int, expires: datetime) -> bool:
        """Add to a counter kept until `expires`; False, unchanged, if it would exceed `limit`."""
        if amount > limit:
            return False
        return self._update(
            owner,
            count,
            "ADD amount :amount SET expires = :expires",
            "attribute_not_exists(amount) OR amount <= :room",
            {":amount": amount, ":room": limit - amount, ":expires": int(expires.timestamp())},
        )

    def hold(self, owner: str, ticket: str, limit: int, expires: datetime) -> bool:
        """Add to the tickets that are held; False, unchanged, if there are already `limit`."""
        return self._update(
            owner,
            HELD,
            "ADD tickets :ticket SET expires = :expires",
            "attribute_not_exists(tickets) OR size(tickets) < :limit",
            {":ticket": {ticket}, ":limit": limit, ":expires": int(expires.timestamp())},
        )

    def held(self, owner: str) -> frozenset[str]:
        """The tickets that are held, read consistently."""
        row = rows.read(self._name, counters_key(owner), HELD) or {}
        return frozenset(row.get("tickets", {}).get("SS", ()))

    def release(self, owner: str, tickets: Collection[str]) -> None:
        """Release these tickets."""
        if tickets:
            self._update(owner, HELD, "DELETE tickets :gone", None, {":gone": set(tickets)})

    def _update(
        self, owner: str, entry: str, change: str, condition: str | None, values: dict[str, Any]
    ) -> bool:
        options: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        dynamodb = clients.dynamodb()
        with translate_transient_errors("DynamoDB"):
            try:
                dynamodb.update_item(
                    TableName=self._name,
                    Key=row_key(counters_key(owner), entry),
                    UpdateExpression=change,
                    ExpressionAttributeValues=serialized(values),
                    **options,
                )
            except dynamodb.exceptions.ConditionalCheckFailedException:
                return False
        return True
