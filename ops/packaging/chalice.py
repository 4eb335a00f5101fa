"""`python -m ops.packaging.chalice`: Chalice's command line with this project's extensions."""

import sys
from pathlib import Path
from typing import Any

from chalice.cli import factory, main
from chalice.deploy import deployer
from chalice.package import AppPackager, create_app_packager

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
    deployer.LayerDeploymentPackager = LayerPackager  # type: ignore[attr-defined]
    factory.create_app_packager = _own_packager  # type: ignore[attr-defined]
    use_own_answers()


def _configuration(self: factory.CLIFactory) -> dict[str, Any]:
    return stages.configuration(Path(self.project_dir))


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
