"""The calls that functions make, recorded twice: on a running stack and under enforced IAM."""

from collections.abc import Iterator

import pytest

from tests.policies import enforced, flow
from tests.policies.account import Account, running_account
from tests.policies.authorization import Call, read_calls
from tests.policies.stages import recorded_stack
from tests.webhooks.receivers import running_receiver


@pytest.fixture(scope="package")
def stack_calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """All calls of a running stack's functions during the flow."""
    folder = tmp_path_factory.mktemp("recorded")
    with running_receiver() as receiver, recorded_stack(folder, receiver.url) as (stack, file):
        receiver.statuses = [503, 200]
        file.write_text("")  # drop the calls made at startup
        flow.Flow(stack, file).run()
        return read_calls(file)


@pytest.fixture(scope="package")
def enforced_calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """All calls of the functions under their roles during the flow."""
    folder = tmp_path_factory.mktemp("enforced")
    with running_account(folder) as account:
        enforced.Flow(account, folder / "calls.jsonl").run()
    return read_calls(folder / "calls.jsonl")


@pytest.fixture(scope="package")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account that enforces IAM, with an object of each kind."""
    with running_account(tmp_path_factory.mktemp("account")) as account:
        account.add_objects()
        yield account
