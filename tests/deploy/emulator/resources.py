"""CloudFormation resource types that moto lacks or implements only in part."""

from typing import Any, ClassVar
from uuid import uuid4

from moto.cloudformation.parsing import get_model_map
from moto.cloudfront.models import DistributionConfig, OriginAccessControl, cloudfront_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel

Properties = dict[str, Any]


class Resource:
    """The interface that moto expects of a resource; subclasses define `make` and `remove`."""

    kind: ClassVar[str]

    def __init__(self, name: str, account: str, region: str) -> None:
        self.physical_resource_id = name
        self.account, self.region = account, region

    def make(self, properties: Properties) -> None:
        """Create or update it."""

    def remove(self) -> None:
        """Delete what `make` has created elsewhere."""

    def delete(self, _account: str, _region: str) -> None:
        self.remove()

    def get_cfn_attribute(self, name: str) -> Any:
        return f"{self.physical_resource_id}.{name}"

    def is_created(self) -> bool:
        return True

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kind

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return bool(attr)

    @classmethod
    def create_from_cloudformation_json(
        cls, name: str, described: Any, account: str, region: str, **_: Any
    ) -> "Resource":
        resource = cls(name, account, region)
        resource.make(described["Properties"])
        return resource

    @classmethod
    def update_from_cloudformation_json(cls, **given: Any) -> Any:
        given["original_resource"].make(given["cloudformation_json"]["Properties"])
        return given["original_resource"]


class Distribution(Resource, CloudFormationModel):
    """Stored in moto's CloudFront backend."""

    kind = "AWS::CloudFront::Distribution"

    def __init__(self, name: str, account: str, region: str) -> None:
        super().__init__(name, account, region)
        self._distribution = None
        self._backend = cloudfront_backends[account]["aws"]

    def make(self, properties: Properties) -> None:
        config = _as_the_api_has_it(properties["DistributionConfig"])
        if self._distribution:
            self._distribution.distribution_config = DistributionConfig(config)
        else:
            self._distribution, _, _ = self._backend.create_distribution(config, [])
            self.physical_resource_id = self._distribution.distribution_id

    def remove(self) -> None:
        self._backend.delete_distribution(self.physical_resource_id, True)

    def get_cfn_attribute(self, name: str) -> Any:
        return {
            "DomainName": self._distribution.domain_name,
            "Id": self._distribution.distribution_id,
        }[name]


class Access(Resource, CloudFormationModel):
    """Origin Access Control, stored in moto's CloudFront backend."""

    kind = "AWS::CloudFront::OriginAccessControl"

    def make(self, properties: Properties) -> None:
        control = OriginAccessControl(properties["OriginAccessControlConfig"])
        self.physical_resource_id = control.id
        self._controls[control.id] = control

    def remove(self) -> None:
        del self._controls[self.physical_resource_id]

    @property
    def _controls(self) -> dict[str, Any]:
        controls: dict[str, Any] = cloudfront_backends[self.account]["aws"].origin_access_controls
        return controls


class Alarm(Resource, CloudFormationModel):
    """Stored in moto's CloudWatch backend, for its name only: nothing here triggers it."""

    kind = "AWS::CloudWatch::Alarm"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "AlarmName"

    def make(self, properties: Properties) -> None:
        cloudwatch_backends[self.account][self.region].put_metric_alarm(
            name=self.physical_resource_id,
            namespace=properties.get("Namespace", ""),
            metric_name=properties.get("MetricName", ""),
            comparison_operator=properties["ComparisonOperator"],
            evaluation_periods=properties["EvaluationPeriods"],
            period=properties.get("Period", 60),
            threshold=properties["Threshold"],
            statistic=properties.get("Statistic", ""),
            description=properties.get("AlarmDescription", ""),
            dimensions=[],
            alarm_actions=properties.get("AlarmActions", []),
        )

    def remove(self) -> None:
        cloudwatch_backends[self.account][self.region].delete_alarms([self.physical_resource_id])


# Types whose effect cannot be tested here: moto ignores the conditions of a bucket policy, and does
# not store CloudFront's policies.
_WITHOUT_EFFECT = (
    "AWS::Budgets::Budget",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::KeyGroup",
    "AWS::CloudFront::PublicKey",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACL",
)


def patch() -> None:
    """Define these types; must be called before moto first reads its list of types."""
    for kind in _WITHOUT_EFFECT:
        type(kind.replace("::", ""), (Resource, CloudFormationModel), {"kind": kind})


def supported_types() -> set[str]:
    """All resource types that a template may use here."""
    return set(get_model_map())


def _as_the_api_has_it(config: Properties) -> Properties:
    listed = ("Origins", "CacheBehaviors", "Aliases")
    converted = {n: config[n] for n in ("Comment", "Enabled", "HttpVersion", "PriceClass")}
    for name in listed:
        items = [item for item in config.get(name, ()) if item]
        converted[name] = {"Quantity": len(items), "Items": [_behaviour(item) for item in items]}
    converted["DefaultCacheBehavior"] = _behaviour(config["DefaultCacheBehavior"])
    return {**converted, "CallerReference": str(uuid4())}


def _behaviour(item: Any) -> Any:
    """Convert CloudFormation's lists to the API's, which have a length."""
    if not isinstance(item, dict):
        return item
    return {
        name: {"Quantity": len(value), "Items": value} if isinstance(value, list) else value
        for name, value in item.items()
        if name != "CustomOriginConfig"
    }
