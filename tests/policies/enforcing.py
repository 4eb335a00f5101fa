"""A moto server with AWS's permission checks; its port is the argument.

moto checks permissions of DynamoDB, CloudFront, EventBridge, SSM and GetQueueUrl for `*`, those of
a transaction for an action that IAM does not have, ignores conditions on keys, and refuses JSON
requests in XML. Here a distribution's id is its caller's reference, so that policies can name it in
advance.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from fnmatch import fnmatchcase
from typing import Any

from moto.cloudfront.models import Distribution
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.responses import DynamoHandler
from moto.events.responses import EventsHandler
from moto.iam.access_control import IAMPolicyStatement, IAMRequest, PermissionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs.responses import SQSResponse
from moto.ssm.responses import SimpleSystemManagerResponse
from werkzeug.exceptions import Forbidden
from werkzeug.serving import make_server

_queue_of_address = SQSResponse._get_queue_name
_make_distribution = Distribution.__init__
_evaluate = IAMPolicyStatement.is_action_permitted
_leading_keys: ContextVar[list[str]] = ContextVar("the hash keys that the current call names")


class JsonRequest(IAMRequest):
    """A request of a service that speaks JSON."""

    def _raise_access_denied(self) -> None:
        message = f"{self._access_key.arn} is not authorized to perform: {self._action}"
        raise JsonRESTError("AccessDeniedException", message)


class XmlRequest(IAMRequest):
    """A request of a service that speaks XML."""

    def _raise_access_denied(self) -> None:
        message = f"{self._access_key.arn} is not authorized to perform: {self._action}"
        error = f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>"
        raise Forbidden(f"<ErrorResponse>{error}</ErrorResponse>")


def authorize_cloudfront(response: CloudFrontResponse, _resource: str = "*") -> None:
    """Check the call's action on the distribution in its path."""
    _, _, rest = response.path.partition("/distribution/")
    name = rest.partition("/")[0]
    arn = f"arn:aws:cloudfront::{response.current_account}:distribution/{name}" if name else "*"
    response._authenticate_and_authorize_action(XmlRequest, arn)


def authorize_dynamodb(handler: DynamoHandler, _resource: str = "*") -> None:
    """Check each action of a call on its own resource."""
    _leading_keys.set(_keys(handler.params))
    for action, resource in _demands(handler):
        handler._authenticate_and_authorize_action(_request_for(action), resource)


def authorize_events(handler: EventsHandler, _resource: str = "*") -> None:
    """Check the call's action on each bus that it names."""
    buses = [entry["EventBusName"] for entry in json.loads(handler.body).get("Entries", ())]
    start = f"arn:aws:events:{handler.region}:{handler.current_account}:event-bus/"
    for arn in [f"{start}{bus}" for bus in buses] or ["*"]:
        handler._authenticate_and_authorize_action(JsonRequest, arn)


def authorize_ssm(handler: SimpleSystemManagerResponse, _resource: str = "*") -> None:
    """Check the call's action on its parameter."""
    name = json.loads(handler.body).get("Name", "")
    arn = f"arn:aws:ssm:{handler.region}:{handler.current_account}:parameter{name}"
    handler._authenticate_and_authorize_action(JsonRequest, arn)


def authorize_sqs(handler: SQSResponse, resource: str = "*") -> None:
    """Check the call's action on its queue."""
    handler._authenticate_and_authorize_action(JsonRequest, resource)


def evaluate(statement: IAMPolicyStatement, *given: Any, **named: Any) -> PermissionResult:
    """Evaluate a statement; it is neutral if its conditions do not hold."""
    if not conditions_hold(statement):
        return PermissionResult.NEUTRAL
    return _evaluate(statement, *given, **named)


def conditions_hold(statement: IAMPolicyStatement) -> bool:
    """Whether a statement's key conditions hold for all hash keys that the call names."""
    conditions = statement._statement.get("Condition", {})
    wanted = conditions.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
    others = conditions.get("ForAllValues:StringNotEquals", {}).get("dynamodb:LeadingKeys", ())
    keys = _leading_keys.get([])
    return all(
        any(fnmatchcase(key, pattern) for pattern in wanted) and key not in others for key in keys
    )


def make_distribution(made: Any, account: str, region: str, config: dict[str, Any]) -> None:
    """Create a distribution with the id that its caller chose."""
    _make_distribution(made, account, region, config)
    made.distribution_id = made.id = config["CallerReference"]


def queue_name(handler: SQSResponse) -> str:
    """The queue that a call names by its URL or name."""
    name: str = handler._get_param("QueueName") or _queue_of_address(handler)
    return name


def _request_for(action: str) -> Callable[..., IAMRequest]:
    return lambda **given: JsonRequest(**{**given, "action": action})


def _demands(handler: DynamoHandler) -> Iterator[tuple[str, str]]:
    given = handler.params
    for item in given.get("TransactItems", ()):
        for kind, action in item.items():
            yield f"{kind}Item", _arn(handler, action["TableName"])
    for table in given.get("RequestItems", ()):
        yield handler._get_action(), _arn(handler, table)
    if not given.keys() & {"TransactItems", "RequestItems"}:
        table = given.get("TableName")
        arn = _arn(handler, table) if table else "*"
        index = given.get("IndexName")
        yield handler._get_action(), f"{arn}/index/{index}" if index else arn


def _keys(given: dict[str, Any]) -> list[str]:
    """The hash keys that a query or a call on one item names."""
    if "KeyConditionExpression" in given:
        name = re.findall(r"= (:\w+)", given["KeyConditionExpression"])[0]
        return [given["ExpressionAttributeValues"][name]["S"]]
    named = given.get("Key") or given.get("Item")
    return [named["id"]["S"]] if named else []


def _arn(handler: DynamoHandler, table: str) -> str:
    return f"arn:aws:dynamodb:{handler.region}:{handler.current_account}:table/{table}"


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    DynamoHandler._authenticate_and_authorize_normal_action = authorize_dynamodb
    SQSResponse._authenticate_and_authorize_normal_action = authorize_sqs
    SQSResponse._get_queue_name = queue_name
    IAMPolicyStatement.is_action_permitted = evaluate
    IAMPolicyStatement._check_conditions = lambda *_: True
    EventsHandler._authenticate_and_authorize_normal_action = authorize_events
    SimpleSystemManagerResponse._authenticate_and_authorize_normal_action = authorize_ssm
    CloudFrontResponse._authenticate_and_authorize_normal_action = authorize_cloudfront
    Distribution.__init__ = make_distribution
    application = DomainDispatcherApplication(create_backend_app)
    make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()
