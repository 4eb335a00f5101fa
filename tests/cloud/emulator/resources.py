"""CloudFormation's resource types that LocalStack lacks, or implements in part.

CloudFront's ids and invalidations are those of a moto server (`AWS_ENDPOINT_URL_CLOUDFRONT`); its
traffic is served by `cdn`. Tables are DynamoDB Local's (`AWS_ENDPOINT_URL_DYNAMODB`).
"""

import json
import os
import uuid
from typing import Any, ClassVar

import boto3
from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceProviderExecutor,
)
from localstack.services.cloudwatch.resource_providers.aws_cloudwatch_alarm import (
    CloudWatchAlarmProvider,
)
from localstack.services.events.resource_providers.aws_events_rule import EventsRuleProvider
from localstack.services.s3.resource_providers.aws_s3_bucketpolicy import S3BucketPolicyProvider

from tests.cloud.emulator import cdn

Model = dict[str, Any]


def outside(service: str) -> Any:
    """A client of a server beside LocalStack."""
    return boto3.client(
        service,
        endpoint_url=os.environ[f"EMULATOR_{service.upper()}"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # pragma: allowlist secret
    )


class Plain(ResourceProvider):  # type: ignore[misc]
    """A resource that is only its properties, with a generated id."""

    SCHEMA: ClassVar[Model] = {"primaryIdentifier": ["/properties/Id"]}

    def create(self, request: Any) -> Any:
        """Give it an id."""
        request.desired_state["Id"] = str(uuid.uuid4())
        return done(request)

    def update(self, request: Any) -> Any:
        """Keep its id."""
        request.desired_state["Id"] = request.previous_state["Id"]
        return done(request)

    def delete(self, request: Any) -> Any:
        """Nothing to do."""
        return done(request)


class Function(Plain):
    """A CloudFront function, which `cdn` runs."""

    SCHEMA: ClassVar[Model] = {"primaryIdentifier": ["/properties/FunctionARN"]}

    def create(self, request: Any) -> Any:
        """Publish its code."""
        model = request.desired_state
        model["FunctionARN"] = f"arn:aws:cloudfront::{request.account_id}:function/{model['Name']}"
        model["FunctionMetadata"] = {"FunctionARN": model["FunctionARN"]}
        model["Stage"] = "LIVE"
        cdn.FUNCTIONS[model["FunctionARN"]] = model["FunctionCode"]
        return done(request)

    update = create


class PublicKey(Plain):
    """A public key, which `cdn` checks signatures with if it is in a group."""

    def create(self, request: Any) -> Any:
        """Give it an id of CloudFront's form."""
        model = request.desired_state
        model["Id"] = f"K{uuid.uuid4().hex[:13].upper()}"
        cdn.PUBLIC_KEYS[model["Id"]] = model["PublicKeyConfig"]["EncodedKey"]
        return done(request)

    def update(self, request: Any) -> Any:
        """CloudFront cannot change a key."""
        return failed(request, "A public key cannot be changed.")


class KeyGroup(Plain):
    """Public keys of which any may sign."""

    def create(self, request: Any) -> Any:
        """Keep the ids of its keys."""
        answer = super().create(request)
        return self._kept(request, answer)

    def update(self, request: Any) -> Any:
        """Replace the ids of its keys."""
        answer = super().update(request)
        return self._kept(request, answer)

    def _kept(self, request: Any, answer: Any) -> Any:
        model = request.desired_state
        cdn.KEY_GROUPS[model["Id"]] = model["KeyGroupConfig"]["Items"]
        return answer


class Distribution(Plain):
    """A distribution at a port of this machine."""

    def create(self, request: Any) -> Any:
        """Create it in moto for its id, and serve it."""
        model = request.desired_state
        origin = {
            "Id": "o",
            "DomainName": "o.s3.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        made = outside("cloudfront").create_distribution(
            DistributionConfig={
                "CallerReference": str(uuid.uuid4()),
                "Comment": model["DistributionConfig"]["Comment"],
                "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": {
                    "TargetOriginId": "o",
                    "ViewerProtocolPolicy": "https-only",
                },
            }
        )
        model["Id"] = made["Distribution"]["Id"]
        model["DomainName"] = cdn.serve(model["Id"], model["DistributionConfig"])
        return done(request)

    def update(self, request: Any) -> Any:
        """Serve it with its new configuration."""
        model, before = request.desired_state, request.previous_state
        model["Id"], model["DomainName"] = before["Id"], before["DomainName"]
        cdn.DISTRIBUTIONS[model["Id"]].config = model["DistributionConfig"]
        return done(request)

    def delete(self, request: Any) -> Any:
        """Stop serving it."""
        identifier = request.desired_state["Id"]
        cdn.end(identifier)
        client = outside("cloudfront")
        tag = client.get_distribution(Id=identifier)["ETag"]
        client.delete_distribution(Id=identifier, IfMatch=tag)
        return done(request)


class Dashboard(Plain):
    """A dashboard of CloudWatch."""

    SCHEMA: ClassVar[Model] = {"primaryIdentifier": ["/properties/DashboardName"]}

    def create(self, request: Any) -> Any:
        """Put it."""
        model = request.desired_state
        client = request.aws_client_factory.cloudwatch
        name, body = model["DashboardName"], model["DashboardBody"]
        client.put_dashboard(DashboardName=name, DashboardBody=body)
        return done(request)

    update = create

    def delete(self, request: Any) -> Any:
        """Delete it."""
        name = request.desired_state["DashboardName"]
        request.aws_client_factory.cloudwatch.delete_dashboards(DashboardNames=[name])
        return done(request)


class Bucket(Plain):
    """A bucket: adopted if it exists, with CORS, encryption, versions and tags."""

    SCHEMA: ClassVar[Model] = {"primaryIdentifier": ["/properties/BucketName"]}

    def create(self, request: Any) -> Any:
        """Create it, unless it exists: an import leaves a resource as it is."""
        model, s3 = request.desired_state, request.aws_client_factory.s3
        try:
            s3.head_bucket(Bucket=model["BucketName"])
        except ClientError:
            s3.create_bucket(
                Bucket=model["BucketName"],
                CreateBucketConfiguration={"LocationConstraint": request.region_name},
            )
            self._configure(s3, model)
        return self._described(request)

    def update(self, request: Any) -> Any:
        """Apply its configuration."""
        request.desired_state["BucketName"] = request.previous_state["BucketName"]
        self._configure(request.aws_client_factory.s3, request.desired_state)
        return self._described(request)

    def delete(self, request: Any) -> Any:
        """Delete it; S3 refuses one that has objects."""
        name = request.desired_state["BucketName"]
        try:
            request.aws_client_factory.s3.delete_bucket(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                return failed(request, str(error))
        return done(request)

    @staticmethod
    def _described(request: Any) -> Any:
        model = request.desired_state
        name = model["BucketName"]
        model["Arn"] = f"arn:aws:s3:::{name}"
        model["DomainName"] = f"{name}.s3.amazonaws.com"
        model["RegionalDomainName"] = f"{name}.s3.{request.region_name}.amazonaws.com"
        return done(request)

    @staticmethod
    def _configure(s3: Any, model: Model) -> None:
        bucket = model["BucketName"]
        rules = model.get("CorsConfiguration", {}).get("CorsRules")
        if rules:
            converted = [
                {
                    "AllowedOrigins": rule["AllowedOrigins"],
                    "AllowedMethods": rule["AllowedMethods"],
                    "AllowedHeaders": rule["AllowedHeaders"],
                    "ExposeHeaders": rule["ExposedHeaders"],
                }
                for rule in rules
            ]
            s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": converted})
        else:
            s3.delete_bucket_cors(Bucket=bucket)
        encryption = [
            {
                "ApplyServerSideEncryptionByDefault": {
                    k: v for k, v in rule["ServerSideEncryptionByDefault"].items() if v
                }
            }
            for rule in model["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(
            Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": encryption}
        )
        if "VersioningConfiguration" in model:
            s3.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration=model["VersioningConfiguration"]
            )
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": model["Tags"]})


class Table(Plain):
    """A table of DynamoDB Local: adopted if it exists."""

    SCHEMA: ClassVar[Model] = {"primaryIdentifier": ["/properties/TableName"]}
    _COPIED = (
        *("TableName", "BillingMode", "DeletionProtectionEnabled", "AttributeDefinitions"),
        *("KeySchema", "GlobalSecondaryIndexes", "Tags"),
    )

    def create(self, request: Any) -> Any:
        """Create it, unless it exists."""
        model, client = request.desired_state, outside("dynamodb")
        name = model["TableName"]
        try:
            client.describe_table(TableName=name)
        except client.exceptions.ResourceNotFoundException:
            given = {key: model[key] for key in self._COPIED if key in model}
            given["DeletionProtectionEnabled"] = _is_true(model["DeletionProtectionEnabled"])
            client.create_table(**given)
            client.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={
                    "AttributeName": model["TimeToLiveSpecification"]["AttributeName"],
                    "Enabled": True,
                },
            )
        place = f"{request.region_name}:{request.account_id}"
        model["Arn"] = f"arn:aws:dynamodb:{place}:table/{name}"
        return done(request)

    def update(self, request: Any) -> Any:
        """Change nothing: no parameter of the stores changes what DynamoDB Local has."""
        request.desired_state["Arn"] = request.previous_state["Arn"]
        return done(request)

    def delete(self, request: Any) -> Any:
        """Delete it."""
        outside("dynamodb").delete_table(TableName=request.desired_state["TableName"])
        return done(request)


class Rule(EventsRuleProvider):  # type: ignore[misc]
    """A rule that can be updated."""

    def update(self, request: Any) -> Any:
        """Put it again under its name."""
        name = request.previous_state["Id"].rpartition("|")[2]
        request.desired_state.setdefault("Name", name)
        return super().create(request)


class Alarm(CloudWatchAlarmProvider):  # type: ignore[misc]
    """An alarm that can be updated."""

    def update(self, request: Any) -> Any:
        """Put it again."""
        return super().create(request)


class BucketPolicy(S3BucketPolicyProvider):  # type: ignore[misc]
    """A bucket's policy that can be updated."""

    def update(self, request: Any) -> Any:
        """Put it again."""
        return super().create(request)


PROVIDERS = {
    "AWS::CloudFront::CachePolicy": Plain,
    "AWS::CloudFront::Distribution": Distribution,
    "AWS::CloudFront::Function": Function,
    "AWS::CloudFront::KeyGroup": KeyGroup,
    "AWS::CloudFront::OriginAccessControl": Plain,
    "AWS::CloudFront::PublicKey": PublicKey,
    "AWS::CloudFront::OriginRequestPolicy": Plain,
    "AWS::CloudFront::ResponseHeadersPolicy": Plain,
    "AWS::CloudWatch::Alarm": Alarm,
    "AWS::CloudWatch::Dashboard": Dashboard,
    "AWS::DynamoDB::Table": Table,
    "AWS::Events::Rule": Rule,
    "AWS::S3::Bucket": Bucket,
    "AWS::S3::BucketPolicy": BucketPolicy,
}


def patch() -> None:
    """Use these in place of LocalStack's own."""
    load = ResourceProviderExecutor.try_load_resource_provider

    def try_load_resource_provider(kind: str) -> Any:
        return PROVIDERS[kind]() if kind in PROVIDERS else load(kind)

    ResourceProviderExecutor.try_load_resource_provider = staticmethod(try_load_resource_provider)


def done(request: Any) -> Any:
    """The result of an operation that succeeded."""
    return ProgressEvent(
        OperationStatus.SUCCESS,
        resource_model=request.desired_state,
        custom_context=request.custom_context,
    )


def failed(request: Any, why: str) -> Any:
    """The result of an operation that AWS refuses."""
    return ProgressEvent(
        OperationStatus.FAILED,
        resource_model=request.desired_state,
        message=why,
        error_code="GeneralServiceException",
        custom_context={"exception": None},
    )


def _is_true(value: object) -> bool:
    return json.loads(str(value).lower()) is True
