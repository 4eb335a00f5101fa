"""Opens a stage's stores, local or in AWS, for an operator."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError
from botocore.session import Session

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of
from chalicelib.ports.images import ImageRepository
from chalicelib.settings import read_settings
from chalicelib.wiring import Wiring
from ops.account import connect
from ops.aws_errors import CloudError, explained
from ops.iam.names import configuration_of
from ops.local.stack import readiness, signing_settings
from ops.local.stack.credentials import profiles_file
from ops.local.stack.environment import application_environment
from ops.local.stack.options import Options, current_options
from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS
from ops.maintenance.observed_stores import NullTelemetry
from ops.site_folder import variants

LOCAL = "local"

_UNUSED_ID = "0" * 26  # an image id that never exists


@dataclass(frozen=True)
class Where:
    """A stage, as given on the command line."""

    stage: str
    region: str | None = None
    profile: str | None = None
    data_dir: Path | None = None

    @property
    def options(self) -> Options:
        """Ports and folders of the local stack; StackError names a variable that is wrong."""
        chosen = {"DATA_DIR": str(self.data_dir)} if self.data_dir else {}
        return current_options(chosen)


def open_stage(where: Where) -> Wiring:
    """The application's wiring over the stage's stores; CloudError says why they can't be used.

    It configures the clients of the whole process, so a process can open only one stage.
    """
    # Warnings about more calls than pooled connections are of no interest to the user.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    environment = _enter_local(where) if where.stage == LOCAL else _enter_deployed(where)
    wiring = Wiring(read_settings(environment))
    wiring.telemetry = NullTelemetry()
    settings = wiring.settings
    check_bucket(settings.uploads_bucket, _absent(where, f"bucket {settings.uploads_bucket}"))
    _check_table(wiring.images, _absent(where, f"table {settings.images_table}"))
    return wiring


def check_bucket(bucket: str, absent: str) -> None:
    """Raise CloudError if the bucket cannot be accessed, with `absent` if it does not exist."""
    with explained():
        try:
            clients.s3().head_bucket(Bucket=bucket)
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchBucket"):
                raise CloudError(absent) from error
            raise


def _check_table(table: ImageRepository, absent: str) -> None:
    with explained():
        try:
            table.get_many([_UNUSED_ID])
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                raise CloudError(absent) from error
            raise


def _enter_local(where: Where) -> Mapping[str, str]:
    options = where.options
    if not profiles_file(options.data).exists() or not _is_running(options):
        raise CloudError(
            f"No Darkroom is running here ({options.s3_url} and {options.aws_url}, data in "
            f"{options.data}). Start it with `make run`. For other ports, set the same S3_PORT, "
            "AWS_PORT and DATA_DIR; for a stage in AWS, use --stage."
        )
    environment = application_environment(options, "admin")
    environment |= signing_settings.recorded(options.data)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update({n: v for n, v in environment.items() if n.startswith("AWS_")})
    clients.use_session(Session())
    clients.wait_for_stores(PART_TIMEOUT_SECONDS)
    return environment


def _is_running(options: Options) -> bool:
    return readiness.answers(f"{options.s3_url}/healthz") and readiness.any_answer(options.aws_url)


def _enter_deployed(where: Where) -> Mapping[str, str]:
    environment: Mapping[str, str] = configuration_of(where.stage)["environment_variables"]
    environment = {**environment, **variants.setting()}
    account = connect(where.profile, where.region)
    session = Session(profile=account.profile)
    session.set_config_variable("region", account.region)
    clients.use_session(session)
    return environment


def _absent(where: Where, resource: str) -> str:
    if where.stage == LOCAL:
        return f"The local Darkroom has no {resource}. Wait until it is ready."
    region = clients.s3().meta.region_name
    return (
        f"The stage {where.stage} has no {resource} in {region}. Deploy it with "
        f"`make deploy STAGE={where.stage}`, or set --region and --profile."
    )
