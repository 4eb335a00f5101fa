"""moto's server, taught what AWS asks IAM for; its port is the argument.

moto asks DynamoDB's permissions and GetQueueUrl's for `*`, a transaction's for an action that IAM
does not know, and refuses in XML what is asked for in JSON.
"""

import logging
import sys
from collections.abc import Callable, Iterator

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.responses import DynamoHandler
from moto.iam.access_control import IAMRequest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs.responses import SQSResponse
from werkzeug.serving import make_server

_queue_of_address = SQSResponse._get_queue_name


class JsonRequest(IAMRequest):
    """A request of a service that speaks JSON."""

    def _raise_access_denied(self) -> None:
        said = f"{self._access_key.arn} is not authorized to perform: {self._action}"
        raise JsonRESTError("AccessDeniedException", said)


def authorize_dynamodb(handler: DynamoHandler, _resource: str = "*") -> None:
    """Ask for each action of a call on its own resource."""
    for action, resource in _demands(handler):
        handler._authenticate_and_authorize_action(_request_for(action), resource)


def authorize_sqs(handler: SQSResponse, resource: str = "*") -> None:
    """Ask for the call's action on its queue."""
    handler._authenticate_and_authorize_action(JsonRequest, resource)


def queue_name(handler: SQSResponse) -> str:
    """The queue that a call names, by its address or by its name."""
    name: str = handler._get_param("QueueName") or _queue_of_address(handler)
    return name


def _request_for(action: str) -> Callable[..., IAMRequest]:
    return lambda **given: JsonRequest(**{**given, "action": action})


def _demands(handler: DynamoHandler) -> Iterator[tuple[str, str]]:
    given = handler.params
    for item in given.get("TransactItems", ()):
        for kind, action in item.items():
            yield f"{kind}Item", _arn(handler, action["TableName"])
    if "TransactItems" not in given:
        table = given.get("TableName")
        arn = _arn(handler, table) if table else "*"
        index = given.get("IndexName")
        yield handler._get_action(), f"{arn}/index/{index}" if index else arn


def _arn(handler: DynamoHandler, table: str) -> str:
    return f"arn:aws:dynamodb:{handler.region}:{handler.current_account}:table/{table}"


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    DynamoHandler._authenticate_and_authorize_normal_action = authorize_dynamodb
    SQSResponse._authenticate_and_authorize_normal_action = authorize_sqs
    SQSResponse._get_queue_name = queue_name
    application = DomainDispatcherApplication(create_backend_app)
    make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()
