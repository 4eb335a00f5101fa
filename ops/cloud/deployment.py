"""A stage, made or brought up to date: each step looks first at what is there already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ops.cloud import page, record
from ops.cloud.account import Account
from ops.cloud.application import run_chalice
from ops.cloud.data import find_data
from ops.cloud.deployed import find_api, record_deployed
from ops.cloud.facts import Facts, choices_of, facts_of, settings_of
from ops.cloud.faults import explained
from ops.cloud.limits import Limits, set_limits
from ops.cloud.origins import allowed_origins, named_origins
from ops.cloud.stacks import Stack
from ops.cloud.stage import Stage
from ops.cloud.telling import Teller
from ops.cloud.templates import PARTS, Template
from ops.permissions.files import write_policies
from ops.permissions.names import Place, configured_names


@dataclass(frozen=True)
class Wishes:
    """What the user asked for; what is not asked for stays as it is.

    `origins` are further pages that may upload; `parameters` those of the templates.
    """

    origins: tuple[str, ...] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


class Deployment:
    """One run of `deploy`. It may be interrupted anywhere, and run again."""

    def __init__(
        self,
        account: Account,
        stage: Stage,
        templates: Mapping[str, Template],
        wishes: Wishes,
        teller: Teller,
    ) -> None:
        self.account = account
        self.stage = stage
        self.templates = templates
        self.wishes = wishes
        self.teller = teller
        self.stacks = {
            part: Stack(account, stage.stack(part), stage.tags, teller) for part in PARTS
        }
        self._api: str | None = None

    def run(self) -> str:
        """All steps in their order: the address of the page."""
        self._make_stores_and_delivery()
        with self.teller.step("Functions and API (chalice deploy)"):
            self._record()
            record_deployed(self.account, self.stage)
            run_chalice("deploy", self.stage.name, self.account, {}, self.teller)
        self._apply("delivery", "API behind the CDN")
        with self.teller.step("Limits of functions, API and logs"):
            queue = self.facts()["FailuresQueueArn"]
            for line in set_limits(self.account, self.stage, queue, self.wishes.limits):
                self.teller.detail(line)
        with self.teller.step("Page"):
            self._publish()
        self._apply("watch", "Alarms and dashboard")
        return self.site

    @property
    def api(self) -> str | None:
        """The id of the REST API, asked for until there is one."""
        self._api = self._api or find_api(self.account, self.stage)
        return self._api

    @property
    def site(self) -> str:
        """The page's address; empty before the first delivery."""
        domain = self.stacks["delivery"].outputs().get("SiteDomain")
        return f"https://{domain}" if domain else ""

    @property
    def distribution_domain(self) -> str:
        """The CDN's own name for the page's host."""
        return self.stacks["delivery"].outputs()["DistributionDomain"]

    def facts(self) -> Facts:
        """All that the templates' parameters may be named for, as far as it is known now."""
        known = {
            **facts_of(self.stage),
            **self._kept_key,
            **choices_of(record.recorded(self.stage.name)),
            "ApiDomain": self.stage.api_domain(self.api) if self.api else "",
            "AllowedOrigins": ",".join(self._origins()),
        }
        for part in ("stores", "delivery"):
            known |= self.stacks[part].outputs()
        return {**known, **self.wishes.parameters}

    @cached_property
    def _kept_key(self) -> Facts:
        """For stores that are not there yet: the key that pictures of an earlier stack need."""
        if self.stacks["stores"].exists:
            return {}
        keys = find_data(self.account, self.stage).keys
        return {"UseKmsKey": "true", "ExistingKeyArn": keys[0]} if keys else {}

    def _origins(self) -> tuple[str, ...]:
        named = self.wishes.origins
        if named is None:
            named = named_origins(self.stage, self.stacks["stores"], self.site)
        return allowed_origins(self.site, named)

    def _make_stores_and_delivery(self) -> None:
        self._apply("stores", "Buckets, table, queues and event bus")
        before = self.facts()["AllowedOrigins"]
        self._apply("delivery", "CDN (the first time takes some minutes)")
        if self.facts()["AllowedOrigins"] != before:
            self._apply("stores", "Uploads from the page's address")

    def _apply(self, part: str, title: str) -> None:
        with self.teller.step(title), explained():
            self.stacks[part].apply(self.templates[part], self.facts())

    def _record(self) -> None:
        facts = self.facts()
        section = record.with_facts(
            record.recorded(self.stage.name),
            self.stage.name,
            settings_of(facts, self.site),
            self.stage.tags,
        )
        if record.record(self.stage.name, section):
            self.teller.detail(f"recorded in the stage {self.stage.name} of .chalice/config.json")
        place = Place(
            self.stage.partition, self.stage.region, self.stage.account, self.stage.dns_suffix
        )
        write_policies(configured_names(self.stage.name, place, facts.get("KmsKeyArn", "")))

    def _publish(self) -> None:
        bucket = self.stage.site_bucket
        difference = page.compare(self.account, bucket, page.page_files(self.site))
        page.publish(self.account, bucket, difference)
        distribution = self.stacks["delivery"].outputs()["DistributionId"]
        paths = page.invalidate(self.account, distribution, bucket, difference.removed)
        self.teller.detail(
            f"{len(difference.changed)} files sent, {len(difference.removed)} removed, "
            f"{paths} paths invalidated"
        )
