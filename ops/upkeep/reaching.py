"""The application over a stage's stores, as an operator reaches them: here, or in AWS."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of
from chalicelib.ports import ImageTable
from chalicelib.settings import read_settings
from chalicelib.wiring import Wiring
from ops.cloud.account import connect
from ops.cloud.faults import CloudError, explained
from ops.local import readiness
from ops.local.credentials import profiles_file
from ops.local.environment import application_environment
from ops.local.options import Options, read_options
from ops.local.patience import PATIENCE
from ops.permissions.names import configuration_of
from ops.upkeep.watching import Silence

LOCAL = "local"

_NOBODY = "0" * 26  # an image's id that is none's


@dataclass(frozen=True)
class Where:
    """A stage as the command line names it."""

    stage: str
    region: str | None = None
    profile: str | None = None
    data_dir: Path | None = None

    @property
    def options(self) -> Options:
        """Ports and folders of the local stack; StackError names a variable that is wrong."""
        chosen = {"DATA_DIR": str(self.data_dir)} if self.data_dir else {}
        return read_options({**os.environ, **chosen})


def reach(where: Where) -> Wiring:
    """The stage's application, to be used from here; CloudError says why it cannot be reached.

    It leads boto3 of this whole process to the stage, so a process reaches one.
    """
    # More calls at once than a client keeps connections are slower, and no news to a user.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    environment = _enter_local(where) if where.stage == LOCAL else _enter_deployed(where)
    wiring = Wiring(read_settings(environment))
    wiring.telemetry = Silence()
    # Made here, one after the other: boto3's session is not for several threads.
    clients.s3(), clients.dynamodb(), clients.sqs()
    settings = wiring.settings
    check_bucket(settings.uploads_bucket, _absent(where, f"bucket {settings.uploads_bucket}"))
    _check_table(wiring.table, _absent(where, f"table {settings.images_table}"))
    return wiring


def check_bucket(bucket: str, absent: str) -> None:
    """CloudError where the bucket may not be seen, with the sentence `absent` where it is not."""
    with explained():
        try:
            clients.s3().head_bucket(Bucket=bucket)
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchBucket"):
                raise CloudError(absent) from error
            raise


def _check_table(table: ImageTable, absent: str) -> None:
    with explained():
        try:
            table.get_many([_NOBODY])
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                raise CloudError(absent) from error
            raise


def _enter_local(where: Where) -> Mapping[str, str]:
    options = where.options
    if not profiles_file(options.data).exists() or not _is_running(options):
        raise CloudError(
            f"No Darkroom is running here ({options.s3_url} and {options.aws_url}, data in "
            f"{options.data}). Start it with `make run`. One with other ports is found by the same "
            "S3_PORT, AWS_PORT and DATA_DIR; one in AWS by --stage."
        )
    environment = application_environment(options, "admin")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update({n: v for n, v in environment.items() if n.startswith("AWS_")})
    boto3.setup_default_session()
    clients.wait_for_stores(PATIENCE)
    return environment


def _is_running(options: Options) -> bool:
    return readiness.answers(f"{options.s3_url}/healthz") and readiness.any_answer(options.aws_url)


def _enter_deployed(where: Where) -> Mapping[str, str]:
    environment: Mapping[str, str] = configuration_of(where.stage)["environment_variables"]
    account = connect(where.profile, where.region)
    boto3.setup_default_session(profile_name=account.profile, region_name=account.region)
    return environment


def _absent(where: Where, what: str) -> str:
    if where.stage == LOCAL:
        return f"The Darkroom here has no {what}. Wait until it says that it is ready."
    region = clients.s3().meta.region_name
    return (
        f"The stage {where.stage} has no {what} in {region}. Deploy it with "
        f"`make deploy STAGE={where.stage}`, or name its --region and its --profile."
    )
