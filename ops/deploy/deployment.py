"""Creates or updates a stage; each step checks first what already exists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ops import edge
from ops.account import Account
from ops.aws_errors import explained
from ops.deploy import site, stage_config
from ops.deploy.chalice_runner import run_chalice
from ops.deploy.chalice_state import find_api, record_deployed
from ops.deploy.deployed_settings import deployed_section
from ops.deploy.keys import former_keys, key_values
from ops.deploy.limits import Limits, set_limits
from ops.deploy.origins import allowed_origins, named_origins
from ops.deploy.parameters import Values, config_values, settings_of, stage_values
from ops.deploy.progress import Progress
from ops.deploy.signing_keys import StageKeys, key_parameters
from ops.deploy.stacks import Stack
from ops.deploy.stage import Stage
from ops.deploy.stage_data import find_data
from ops.deploy.templates import PARTS, Template
from ops.iam.files import write_policies
from ops.iam.names import Names, names_of
from ops.signing_keys import with_next, without_older
from ops.site_folder import location, stages


@dataclass(frozen=True)
class DeployOptions:
    """The user's options; everything else stays unchanged.

    `origins` are further origins that may upload; `parameters` are those of the templates,
    `variables` settings of the functions.
    """

    origins: tuple[str, ...] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


class Deployment:
    """One run of `deploy`. It may be interrupted at any point and run again."""

    def __init__(
        self,
        account: Account,
        stage: Stage,
        templates: Mapping[str, Template],
        options: DeployOptions,
        progress: Progress,
    ) -> None:
        self.account = account
        self.stage = stage
        self.templates = templates
        self.options = options
        self.progress = progress
        self.stacks = {
            part: Stack(account, stage.stack(part), stage.tags, progress) for part in PARTS
        }
        self._api: str | None = None

    def run(self) -> str:
        """Run all steps in order; return the page's address."""
        self._make_stores_and_delivery()
        with self.progress.step("Functions and API (chalice deploy)"):
            self.record()
            record_deployed(self.account, self.stage)
            run_chalice("deploy", self.stage.name, self.account, {}, self.progress)
        self._apply_delivery("API behind the CDN")
        with self.progress.step("Limits of functions, API and logs"):
            queue = self.template_values()["FailuresQueueArn"]
            for line in set_limits(
                self.account, self.stage, queue, self.section, self.options.limits
            ):
                self.progress.detail(line)
        with self.progress.step("Page"):
            self._publish()
        self._apply("watch", "Alarms and dashboard")
        return self.site

    @cached_property
    def keys(self) -> StageKeys:
        """The keys that sign the URLs of private images."""
        return StageKeys(self.account, self.stage.cdn_key)

    @cached_property
    def section(self) -> dict[str, Any]:
        """The stage's settings as recorded here, or as they are in AWS if none were."""
        section = stage_config.recorded(self.stage.name)
        if stage_config.is_recorded(section, self.stage):
            return section
        deployed = deployed_section(self.account, self.stage)
        if deployed is None:
            return section
        self.progress.say(
            f"Settings of the stage {self.stage.name} are read from its functions, because no "
            "deployment of it was recorded here."
        )
        return stage_config.completed(deployed, self.stage.name)

    def next_section(self, values: Values) -> dict[str, Any]:
        """The section that a deployment with these template values records."""
        settings = {**self.options.variables, **settings_of(values, self.site)}
        return stage_config.with_settings(self.section, self.stage.name, settings, self.stage.tags)

    def names(self, section: Mapping[str, Any], values: Values) -> Names:
        """The names in the functions' policies."""
        return names_of(
            self.stage.name,
            section["environment_variables"],
            self.stage.place,
            kms_key_arn=values.get("KmsKeyArn", ""),
            former_key_arns=former_keys(values),
            xray=bool({**stage_config.common(), **section}.get("xray")),
        )

    @property
    def api(self) -> str | None:
        """The id of the REST API, looked up until it exists."""
        self._api = self._api or find_api(self.account, self.stage)
        return self._api

    @property
    def site(self) -> str:
        """The page's address; empty before the first delivery."""
        domain = self.stacks["delivery"].outputs().get("SiteDomain")
        return f"https://{domain}" if domain else ""

    @property
    def distribution_domain(self) -> str:
        """The distribution's own host name."""
        return self.stacks["delivery"].outputs()["DistributionDomain"]

    def template_values(self) -> Values:
        """Values for the templates' parameters, by name, as far as they are known by now."""
        values = {
            **stage_values(self.stage),
            **config_values(self.section),
            "EdgeTable": edge.written(self.section.get("environment_variables", {})),
            "ApiDomain": self.stage.api_domain(self.api) if self.api else "",
            "AllowedOrigins": ",".join(self._origins()),
            **key_parameters(self.keys.read()),
        }
        for part in ("stores", "delivery"):
            values |= self.stacks[part].outputs()
        return {**values, **self._key_values(), **self.options.parameters}

    def _key_values(self) -> Values:
        stores, given = self.stacks["stores"], self.options.parameters
        outputs = stores.outputs()
        if outputs:
            return key_values(stores.parameters(), outputs.get("KmsKeyArn", ""), given)
        key, kept = self._kept_keys
        return {**kept, **key_values(kept, key, given)}

    @cached_property
    def _kept_keys(self) -> tuple[str, Values]:
        """The key of data kept by an earlier stack, and parameters for new stores."""
        data = find_data(self.account, self.stage)
        values = {"FormerKeyArns": ",".join(data.former_keys)}
        if data.key:
            values |= {"UseKmsKey": "true", "ExistingKeyArn": data.key}
        return data.key, values

    def _origins(self) -> tuple[str, ...]:
        named = self.options.origins
        if named is None:
            named = named_origins(self.section, self.stage, self.stacks["stores"], self.site)
        return allowed_origins(self.site, named)

    def _make_stores_and_delivery(self) -> None:
        self._apply("stores", "Buckets, table, queues and event bus")
        before = self.template_values()["AllowedOrigins"]
        self.keys.ensure()
        self._apply_delivery("CDN (the first time takes some minutes)")
        if self.template_values()["AllowedOrigins"] != before:
            self._apply("stores", "Uploads from the page's address")

    def rotate_keys(self) -> None:
        """Sign the URLs of private images with a new key, and remove the one before the last."""
        keys = without_older(self.keys.ensure())
        self.keys.write(keys)
        self._apply_delivery("Older key removed")
        self.keys.write(with_next(keys))
        self._apply_delivery("New key added")

    def _apply_delivery(self, title: str) -> None:
        self._apply("delivery", title)
        if self.keys.promote(self.stacks["delivery"].outputs()):
            self.progress.detail("private images are signed with the new key")

    def _apply(self, part: str, title: str) -> None:
        with self.progress.step(title), explained():
            self.stacks[part].apply(self.templates[part], self.template_values())

    def record(self) -> None:
        """Record names and addresses in the site folder, and write the policies."""
        values = self.template_values()
        section = self.next_section(values)
        if stages.record(self.stage.name, section):
            file = location.shown(location.folder() / location.STAGES)
            self.progress.detail(f"recorded in the stage {self.stage.name} of {file}")
        write_policies(self.names(section, values))

    def _publish(self) -> None:
        bucket = self.stage.site_bucket
        difference = site.compare(self.account, bucket, site.page_files(self.site))
        distribution = self.stacks["delivery"].outputs()["DistributionId"]
        paths = site.publish(self.account, bucket, distribution, difference)
        self.progress.detail(
            f"{len(difference.changed)} files uploaded, {len(difference.removed)} removed, "
            f"{paths} paths invalidated"
        )
