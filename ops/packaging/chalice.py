"""`python -m ops.packaging.chalice`: Chalice's command line with this project's extensions."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalice.cli import factory, main
from chalice.config import Config
from chalice.deploy import deployer
from chalice.package import AppPackager, create_app_packager

from ops.packaging import optional_packages
from ops.packaging.gateway import use_own_answers
from ops.packaging.packagers import CodePackager, LayerPackager
from ops.packaging.sam import CompleteSam
from ops.packaging.terraform import CurrentTerraform
from ops.site_folder import stages

_GENERATORS = {"cloudformation": CompleteSam, "terraform": CurrentTerraform}


def extend() -> None:
    """Make Chalice use this project's configuration, packagers, templates and gateway responses."""
    factory.CLIFactory.load_project_config = _configuration  # type: ignore[method-assign]
    deployer.AppOnlyDeploymentPackager = CodePackager  # type: ignore[attr-defined]
    factory.CLIFactory.create_config_obj = _stage(  # type: ignore[method-assign]
        factory.CLIFactory.create_config_obj
    )
    factory.create_app_packager = _own_packager  # type: ignore[attr-defined]
    use_own_answers()


def _configuration(self: factory.CLIFactory) -> dict[str, Any]:
    return stages.configuration(Path(self.project_dir))


def _stage(create: Callable[..., Config]) -> Callable[..., Config]:
    """`create`, so that a stage's layer has the libraries of the formats that it allows."""

    def create_config(self: factory.CLIFactory, *args: Any, **kwargs: Any) -> Config:
        config = create(self, *args, **kwargs)
        further = optional_packages.requirements(config.environment_variables)
        packager = functools.partial(LayerPackager, further=further)
        deployer.LayerDeploymentPackager = packager  # type: ignore[attr-defined,assignment]
        return config

    return create_config


def _own_packager(
    config: Any,
    options: Any,
    package_format: str = "cloudformation",
    template_format: str = "json",
    merge_template: str | None = None,
) -> AppPackager:
    made = create_app_packager(config, options, package_format, template_format, merge_template)
    made._templater = _GENERATORS[package_format](config, options)
    return made


if __name__ == "__main__":
    extend()
    sys.exit(main())
