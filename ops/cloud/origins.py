"""The pages that may upload: the stage's own, and those that the user has named."""

import re

from ops.cloud import record
from ops.cloud.faults import CloudError
from ops.cloud.stacks import Stack
from ops.cloud.stage import Stage

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")


def check_origins(given: tuple[str, ...]) -> tuple[str, ...] | None:
    """`given`, without empty ones; None where nothing was given. CloudError for a wrong one."""
    for origin in given:
        if origin and not _ORIGIN.fullmatch(origin):
            raise CloudError(
                f"{origin!r} is no origin. Give --allowed-origin as https://host, without a path."
            )
    return tuple(filter(None, given)) if given else None


def named_origins(stage: Stage, stores: Stack, site: str) -> tuple[str, ...]:
    """What the user named in an earlier deployment, or has written into config.json since."""
    settings = record.recorded(stage.name).get("environment_variables", {})
    if settings.get("UPLOADS_BUCKET") == stage.uploads_bucket:
        known = settings.get("ALLOWED_ORIGINS", "")
        own = settings.get("PUBLIC_URL", "").removesuffix("/images")
    else:  # recorded on another machine, or of another account
        known, own = stores.parameters().get("AllowedOrigins", ""), site
    origins = (origin.strip() for origin in known.split(","))
    return tuple(origin for origin in origins if origin and origin not in (own, site))


def allowed_origins(site: str, named: tuple[str, ...]) -> tuple[str, ...]:
    """The stage's own page first, as far as its address is known."""
    return tuple(dict.fromkeys(filter(None, (site, *named))))
