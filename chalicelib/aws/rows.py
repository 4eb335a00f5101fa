"""Single rows of the images' table, by their two keys."""

from chalicelib.aws import clients
from chalicelib.aws.faults import passing_faults_renamed
from chalicelib.aws.items import Item, serialized


def read(table: str, hash_key: str, entry: str) -> Item | None:
    """The row, read consistently."""
    with passing_faults_renamed("DynamoDB"):
        answer = clients.dynamodb().get_item(
            TableName=table,
            Key=serialized({"id": hash_key, "entry": entry}),
            ConsistentRead=True,
        )
    return answer.get("Item")


def add(table: str, row: Item) -> bool:
    """Write a new row; False, and nothing, where there is one."""
    dynamodb = clients.dynamodb()
    with passing_faults_renamed("DynamoDB"):
        try:
            dynamodb.put_item(
                TableName=table, Item=row, ConditionExpression="attribute_not_exists(id)"
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
    return True
