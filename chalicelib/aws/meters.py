"""Owners' counts on DynamoDB: each change is one conditional update, so none is lost or over."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from chalicelib.aws import clients, rows
from chalicelib.aws.faults import passing_faults_renamed
from chalicelib.aws.items import serialized

HELD = "held"


def meter_of(owner: str) -> str:
    """The hash key of an owner's counts."""
    return f"limits#{owner}"


class DynamoMeters:
    """The Meters that items of the images' table are."""

    def __init__(self, name: str) -> None:
        self._name = name

    def add(self, owner: str, count: str, amount: int, limit: int, expires: datetime) -> bool:
        """Add to a count, forgotten after `expires`; False, and nothing, where it would be over."""
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
        """Add to the tickets that are held; False, and nothing, where there are `limit` of them."""
        return self._update(
            owner,
            HELD,
            "ADD tickets :ticket SET expires = :expires",
            "attribute_not_exists(tickets) OR size(tickets) < :limit",
            {":ticket": {ticket}, ":limit": limit, ":expires": int(expires.timestamp())},
        )

    def held(self, owner: str) -> frozenset[str]:
        """The tickets that are held, read consistently."""
        row = rows.read(self._name, meter_of(owner), HELD) or {}
        return frozenset(row.get("tickets", {}).get("SS", ()))

    def release(self, owner: str, tickets: Collection[str]) -> None:
        """Hold these no more."""
        if tickets:
            self._update(owner, HELD, "DELETE tickets :gone", None, {":gone": set(tickets)})

    def _update(
        self, owner: str, entry: str, change: str, condition: str | None, values: dict[str, Any]
    ) -> bool:
        asked: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        dynamodb = clients.dynamodb()
        with passing_faults_renamed("DynamoDB"):
            try:
                dynamodb.update_item(
                    TableName=self._name,
                    Key=serialized({"id": meter_of(owner), "entry": entry}),
                    UpdateExpression=change,
                    ExpressionAttributeValues=serialized(values),
                    **asked,
                )
            except dynamodb.exceptions.ConditionalCheckFailedException:
                return False
        return True
