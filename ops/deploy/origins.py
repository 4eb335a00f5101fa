"""Origins that may upload: the stage's own page, and those that the user has added."""

import re
from collections.abc import Mapping
from typing import Any

from ops.aws_errors import CloudError
from ops.deploy import stage_config
from ops.deploy.stacks import Stack
from ops.deploy.stage import Stage
from ops.site_folder import stages

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")


def check_origins(given: tuple[str, ...]) -> tuple[str, ...] | None:
    """`given` without empty ones; None if nothing was given. CloudError for a wrong one."""
    for origin in given:
        if origin and not _ORIGIN.fullmatch(origin):
            raise CloudError(
                f"{origin!r} is not an origin. Use --allowed-origin https://host, without a path."
            )
    return tuple(filter(None, given)) if given else None


def named_origins(
    section: Mapping[str, Any], stage: Stage, stores: Stack, site: str
) -> tuple[str, ...]:
    """Origins that the user added in an earlier deployment or in the stage's `section` since."""
    if stage_config.is_recorded(section, stage):
        settings = section["environment_variables"]
        allowed = settings.get("ALLOWED_ORIGINS", "")
        own = settings.get("PUBLIC_URL", "").removesuffix("/images")
    else:  # recorded on another machine, or for another account
        chosen = stages.chosen(stage.name).get("environment_variables", {})
        allowed = chosen.get("ALLOWED_ORIGINS") or stores.parameters().get("AllowedOrigins", "")
        own = site
    origins = (origin.strip() for origin in allowed.split(","))
    return tuple(origin for origin in origins if origin and origin not in (own, site))


def allowed_origins(site: str, named: tuple[str, ...]) -> tuple[str, ...]:
    """All origins; the stage's own page first, if its address is known."""
    return tuple(dict.fromkeys(filter(None, (site, *named))))
