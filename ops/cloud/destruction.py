"""A stage, taken away: first what answers, then what watches and delivers, then what stores."""

from collections.abc import Callable, Iterator

from ops.cloud import data
from ops.cloud.account import Account
from ops.cloud.application import run_chalice
from ops.cloud.deployed import Resource, deployed_file, layer_versions, record_deployed
from ops.cloud.facts import facts_of, settings_of
from ops.cloud.faults import explained
from ops.cloud.stacks import Stack
from ops.cloud.stage import Stage
from ops.cloud.telling import Teller
from ops.cloud.templates import PARTS


class Destruction:
    """One run of `destroy`. It may be interrupted anywhere, and run again."""

    def __init__(self, account: Account, stage: Stage, teller: Teller) -> None:
        self.account = account
        self.stage = stage
        self.teller = teller
        self.data = data.find_data(account, stage)
        self._stacks = [Stack(account, stage.stack(part), {}, teller) for part in PARTS]
        resources = record_deployed(account, stage)
        self._resources = [r for r in resources if r["resource_type"] != "lambda_layer"]
        self._layers = self._ask(lambda: layer_versions(account, stage))
        self._logs = self._ask(lambda: list(self._log_groups()))

    @property
    def goes(self) -> list[str]:
        """What is there and goes in any case, a line each."""
        lines = [f"stack {stack.name}" for stack in self._stacks if stack.exists]
        lines += [_line(resource) for resource in self._resources]
        lines += [f"lambda layer version {arn}" for arn in self._layers]
        if data.has_bucket(self.account, self.stage.site_bucket):
            lines.append(f"bucket {self.stage.site_bucket} (the page)")
        return lines + [f"log group {name}" for name in self._logs]

    def run(self, *, delete_data: bool) -> None:
        """Take it away; the data only if told so."""
        if self._resources:
            with self.teller.step("Functions and API (chalice delete)"):
                run_chalice("delete", self.stage.name, self.account, self._settings(), self.teller)
        with self.teller.step("What Chalice leaves: layers and logs"), explained():
            self._delete_leavings()
        stores, delivery, watch = self._stacks
        for stack in (watch, delivery):
            self._delete(stack)
        if data.has_bucket(self.account, self.stage.site_bucket):
            with self.teller.step("The page's files"):
                data.empty_bucket(self.account, self.stage.site_bucket, self.teller)
        self._delete(stores)
        if delete_data:
            with self.teller.step("Data"):
                self._delete_data()

    def _delete(self, stack: Stack) -> None:
        if stack.exists:
            with self.teller.step(f"Stack {stack.name}"):
                stack.delete()

    def _delete_leavings(self) -> None:
        functions, logs = self.account.client("lambda"), self.account.client("logs")
        for arn in layer_versions(self.account, self.stage):
            layer, _, version = arn.rpartition(":")
            functions.delete_layer_version(LayerName=layer, VersionNumber=int(version))
        for group in self._log_groups():
            logs.delete_log_group(logGroupName=group)
        deployed_file(self.stage.name).unlink(missing_ok=True)

    def _delete_data(self) -> None:
        for bucket in self.data.buckets:
            data.delete_bucket(self.account, bucket, self.teller)
        if self.data.table:
            data.delete_table(self.account, self.data.table, self.teller)
        for key in self.data.keys:
            data.delete_key(self.account, key, self.teller)

    def _settings(self) -> dict[str, str]:
        """With which the application can be imported on a machine that never deployed it."""
        page = "https://page.invalid"
        facts = {**facts_of(self.stage), "AllowedOrigins": page, "DistributionId": ""}
        return {**settings_of(facts, page), "AUTH_MODE": "none"}

    def _log_groups(self) -> Iterator[str]:
        own = self.stage.log_group("api_handler")
        pages = self.account.client("logs").get_paginator("describe_log_groups")
        for page in pages.paginate(logGroupNamePrefix=own):
            for group in page["logGroups"]:
                name: str = group["logGroupName"]
                if name == own or name.startswith(f"{own}-"):
                    yield name

    @staticmethod
    def _ask(question: Callable[[], list[str]]) -> list[str]:
        with explained():
            return question()


def _line(resource: Resource) -> str:
    return f"{resource['resource_type'].replace('_', ' ')} {resource['name']}"
