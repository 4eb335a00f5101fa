"""`python -m ops.packaging.chalice`: Chalice's command line with this project's packagers."""

import sys

from chalice.cli import main
from chalice.deploy import deployer

from ops.packaging.gateway import use_own_answers
from ops.packaging.packagers import CodePackager, LayerPackager


def use_own_packagers() -> None:
    """Make Chalice use this project's packagers in this process."""
    deployer.AppOnlyDeploymentPackager = CodePackager  # type: ignore[attr-defined]
    deployer.LayerDeploymentPackager = LayerPackager  # type: ignore[attr-defined]


if __name__ == "__main__":
    use_own_packagers()
    use_own_answers()
    sys.exit(main())
