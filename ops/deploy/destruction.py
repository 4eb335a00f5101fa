"""Removes a stage: first functions and API, then monitoring and delivery, then stores."""

from collections.abc import Callable, Iterator

from ops.account import Account
from ops.aws_errors import explained
from ops.deploy import stage_data
from ops.deploy.chalice_runner import run_chalice
from ops.deploy.chalice_state import Resource, deployed_file, layer_versions, record_deployed
from ops.deploy.parameters import settings_of, stage_values
from ops.deploy.progress import Progress
from ops.deploy.signing_keys import StageKeys
from ops.deploy.stacks import Stack
from ops.deploy.stage import Stage
from ops.deploy.templates import PARTS


class Destruction:
    """One run of `destroy`. It may be interrupted at any point and run again."""

    def __init__(self, account: Account, stage: Stage, progress: Progress) -> None:
        self.account = account
        self.stage = stage
        self.progress = progress
        self.data = stage_data.find_data(account, stage)
        self._stacks = [Stack(account, stage.stack(part), {}, progress) for part in PARTS]
        resources = record_deployed(account, stage)
        self._resources = [r for r in resources if r["resource_type"] != "lambda_layer"]
        self._layers = self._ask(lambda: layer_versions(account, stage))
        self._logs = self._ask(lambda: list(self._log_groups()))

    @property
    def removed(self) -> list[str]:
        """Existing resources that are removed in any case, one line each."""
        lines = [f"stack {stack.name}" for stack in self._stacks if stack.exists]
        lines += [_line(resource) for resource in self._resources]
        lines += [f"lambda layer version {arn}" for arn in self._layers]
        if stage_data.has_bucket(self.account, self.stage.site_bucket):
            lines.append(f"bucket {self.stage.site_bucket} (the page)")
        return lines + [f"log group {name}" for name in self._logs]

    def run(self, *, delete_data: bool) -> None:
        """Remove the stage; its data only with `delete_data`."""
        if self._resources:
            with self.progress.step("Functions and API (chalice delete)"):
                run_chalice(
                    "delete", self.stage.name, self.account, self._settings(), self.progress
                )
        with self.progress.step("What Chalice leaves: layers and logs"), explained():
            self._delete_leavings()
        stores, delivery, watch = self._stacks
        for stack in (watch, delivery):
            self._delete(stack)
        StageKeys(self.account, self.stage.cdn_key).remove()
        if stage_data.has_bucket(self.account, self.stage.site_bucket):
            with self.progress.step("The page's files"):
                stage_data.empty_bucket(self.account, self.stage.site_bucket, self.progress)
        self._delete(stores)
        if delete_data:
            with self.progress.step("Data"):
                self._delete_data()

    def _delete(self, stack: Stack) -> None:
        if stack.exists:
            with self.progress.step(f"Stack {stack.name}"):
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
            stage_data.delete_bucket(self.account, bucket, self.progress)
        if self.data.table:
            stage_data.delete_table(self.account, self.data.table, self.progress)
        for key in self.data.keys:
            stage_data.delete_key(self.account, key, self.progress)

    def _settings(self) -> dict[str, str]:
        """Settings to import the application on a machine that never deployed it."""
        page = "https://page.invalid"
        values = {**stage_values(self.stage), "AllowedOrigins": page, "DistributionId": ""}
        return {**settings_of(values, page), "AUTH_MODE": "none"}

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
